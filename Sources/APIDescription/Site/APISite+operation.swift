import Access
import HTTPTypes
import OrderAPI
import StrictJSON

extension APISite {
    /// One operation: its description on the left, its examples on the right.
    func article(_ operation: APIOperation) -> String {
        let roles = operation.roles.map { $0.map { "<span>\($0.rawValue)</span>" }.joined(separator: " ") }
        return """
            <article id="\(operation.id)">
            <h3>\(badge(operation)) <code>\(HTML.text(operation.path).replacing("/", with: "/<wbr>"))</code></h3>
            <div class="text">
            <p><strong>\(HTML.prose(operation.summary))</strong> \(HTML.prose(operation.note))</p>
            <p class="roles">\(roles ?? "no token needed")</p>
            \(parameters(operation))\(body(operation))\(answers(operation))
            </div>
            <div class="code">
            \(examples(operation))
            </div>
            </article>

            """
    }

    private func parameters(_ operation: APIOperation) -> String {
        guard !operation.parameters.isEmpty else { return "" }
        let rows = operation.parameters.map { parameter in
            [
                "\(HTML.code(parameter["name"]?.string ?? "")) <small>\(parameter["in"]?.string ?? "")</small>",
                fields.type(parameter["schema"] ?? true), HTML.prose(parameter["description"]?.string ?? ""),
            ]
        }
        return "<h4>Parameters</h4>\n" + HTML.table(["name", "values", "meaning"], rows)
    }

    private func body(_ operation: APIOperation) -> String {
        guard let content = operation.body?["content"]?.object?.members.first else { return "" }
        if let line = content.value["x-line"].flatMap(fields.fields.named) {
            return "<h4>Body</h4><p>\(HTML.code(content.name)); each line is a \(HTML.code(line)).</p>\n"
        }
        let table = fields.html(content.value["schema"] ?? true)
        return table.isEmpty ? "" : "<h4>Body</h4>\n" + table
    }

    private func answers(_ operation: APIOperation) -> String {
        let good = operation.answers.map { answer in
            let shapes = answer.content.compactMap { shape($0.1) }
            let headers = answer.headers.map { HTML.link("headers", HTML.code(APIHeader.reference($0).0)) }
            let more = [shapes.joined(separator: " or "), headers.joined(separator: " ")].filter { !$0.isEmpty }
            return ["<b class=\"good\">\(answer.status)</b>", HTML.prose(answer.note) + more.map { " \($0)" }.joined()]
        }
        let bad = operation.problemsByStatus.map { status, codes in
            [
                "<b class=\"bad\">\(status)</b>",
                codes.map { HTML.link("problem-\($0.rawValue)", HTML.code($0.rawValue)) }.joined(separator: " "),
            ]
        }
        return "<h4>Responses</h4>\n" + HTML.table(["status", "meaning"], good + bad)
    }

    /// The named type of a body or of its lines; nil for a type without a name.
    private func shape(_ content: JSONValue) -> String? {
        guard let schema = content["x-line"] ?? content["schema"], fields.fields.named(schema) != nil else {
            return nil
        }
        return content["x-line"] == nil ? fields.type(schema) : "lines of \(fields.type(schema))"
    }

    private func examples(_ operation: APIOperation) -> String {
        var blocks = ""
        if let content = operation.body?["content"]?.object?.members.first, let example = content.value["example"] {
            let head = "\(operation.method.rawValue) \(HTML.text(operation.path))\nContent-Type: \(content.name)"
            blocks += HTML.block("Request", "\(head)\n\n\(shown(example))")
        }
        for answer in operation.answers {
            for (media, content) in answer.content {
                guard let example = content["example"] else { continue }
                blocks += HTML.block("Response", "\(answer.status)\nContent-Type: \(media)\n\n\(shown(example))")
            }
        }
        return blocks
    }

    /// The HTML of an example: JSON, or lines as text.
    private func shown(_ example: JSONValue) -> String { example.string.map(HTML.text) ?? HTML.json(example) }
}
