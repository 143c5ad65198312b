import Foundation
import HTTPTypes
import OrderAPI
import Orders
import StrictJSON

/// The API on one page: `docs/api.html`, which needs no further files. A service shows it as two: the types and the
/// enumerations, a third of the bytes, are another page, and each page is a small first view.
package struct APISite {
    /// The path of the served page with the types and the enumerations, and of the one with all the rest.
    package static let typesPath = "/docs/types"
    private static let mainPath = "/docs"

    /// True where a service shows the page. The pages in `docs` are then elsewhere.
    let isServed: Bool
    let document = APIDocument.shared
    let fields: SchemaTable

    private init(fields: SchemaTable) {
        isServed = true
        self.fields = fields
    }

    package init(isServed: Bool = false) {
        self.isServed = isServed
        fields = SchemaTable(fields: document.fields, typesPage: isServed ? Self.typesPath : "")
    }

    private var tags: [APIOperation.Tag] {
        APIOperation.Tag.allCases.filter { tag in document.operations.contains { $0.tag == tag } }
    }

    /// The whole page, with its style sheet in it.
    var text: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Waybill API</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        \(content)
        </body>
        </html>

        """
    }

    /// The contents and the text, for a page whose head names the style sheet `docs.css`.
    package var content: String {
        frame(
            navigation: navigation(),
            main: """
                \(introduction)
                \(tags.map(section).joined())\(frames)\(events)\(problems)\(headers)\(isServed ? "" : types + enumerations)
                """
        )
    }

    /// The contents and the text of the page with the types and the enumerations.
    package var typesContent: String {
        let site = APISite(fields: SchemaTable(fields: document.fields, mainPage: Self.mainPath))
        return site.frame(
            navigation: site.typesNavigation,
            main: """
                <section class="intro">
                <h1>Types of the API</h1>
                <p class="lead">The objects and the words in bodies.</p>
                <p>Operations, streams and problems are on <a href="\(Self.mainPath)">the API's page</a>.</p>
                </section>
                \(site.types)\(site.enumerations)
                """
        )
    }

    private func frame(navigation: String, main: String) -> String {
        """
        <div class="api">
        <nav aria-label="Contents">
        <input type="checkbox" id="menu" class="visually-hidden" aria-label="Show the contents">
        <div class="bar"><a class="brand" href="#top">Waybill <span>API</span></a><label class="button little" for="menu">Contents</label></div>
        <div class="entries">
        \(navigation)
        </div>
        </nav>
        <main id="top">
        \(main)
        </main>
        </div>
        """
    }

    /// A link to another page in `docs`; its name alone where the service shows the page.
    func link(toPage page: String) -> String {
        isServed ? HTML.code("docs/\(page)") : "<a href=\"\(page)\">\(page)</a>"
    }

    private func navigation() -> String {
        let groups = tags.map { tag in
            let entries = document.operations.filter { $0.tag == tag }.map { operation in
                "<li>\(HTML.link(operation.id, "\(badge(operation)) <span>\(HTML.text(shortPath(of: operation)))</span>"))</li>"
            }
            return
                "<h2>\(HTML.link(tag.rawValue, tag.rawValue.capitalized))</h2><ul>\(entries.joined(separator: "\n"))</ul>"
        }
        let reference = [
            ("frames", "Stream frames"), ("event-types", "Types of events"), ("problems", "Problems"),
            ("reasons", "Refusals"),
            ("headers", "Headers"), ("types", "Types"), ("enumerations", "Enumerations"),
        ].map { anchor, name in
            let isElsewhere = isServed && ["types", "enumerations"].contains(anchor)
            return "<li>\(HTML.link(anchor, name, on: isElsewhere ? Self.typesPath : ""))</li>"
        }
        return groups.joined(separator: "\n") + "<h2>Reference</h2><ul>\(reference.joined())</ul>"
    }

    private var typesNavigation: String {
        let types = fields.fields.types.map { "<li>\(HTML.link("type-\($0.0)", $0.0))</li>" }
        let enumerations = document.enumerations.map { "<li>\(HTML.link("enumeration-\($0.name)", $0.name))</li>" }
        return """
            <h2>\(HTML.link("types", "Types"))</h2><ul>\(types.joined())</ul>
            <h2>\(HTML.link("enumerations", "Enumerations"))</h2><ul>\(enumerations.joined())</ul>
            """
    }

    /// The path without the prefix that all paths share.
    private func shortPath(of operation: APIOperation) -> String {
        let path = operation.path.hasPrefix("/v1/") ? String(operation.path.dropFirst(3)) : operation.path
        return path.hasPrefix("/orders/{id}/") ? "…" + path.dropFirst(12) : path
    }

    private var introduction: String {
        let info = document.value["info"]
        let tokens = document.value["components"]?["securitySchemes"]?["bearer"]?["description"]?.string ?? ""
        return """
            <section class="intro">
            <h1>Waybill API</h1>
            <p class="lead">\(HTML.prose(info?["summary"]?.string ?? ""))</p>
            <p>\(HTML.prose(info?["description"]?.string ?? ""))</p>
            <p>This page is made from <code>/openapi.json</code> (OpenAPI 3.1), as a running service gives it:
            \(document.operations.count) operations, \(CommandName.allCases.count) commands, \(EventType.allCases.count)
            types of events, \(ProblemCode.allCases.count) codes and \(RejectionReason.allCases.count) reasons. Responses of a
            real service are in \(link(toPage: "answers.md")).</p>
            <h2 id="tokens">Tokens</h2>
            <p><code>Authorization: Bearer …</code>, a JWT: \(HTML.prose(tokens))</p>
            <h2 id="positions">Positions</h2>
            <p>A position is a place in the log, such as <code>\(ExampleStory.epoch)-42</code>. Responses and the
            <code>id:</code> of streams give positions out; <code>after</code>, <code>position</code>,
            <code>min_position</code> and <code>Last-Event-ID</code> take them. <code>0</code> is the beginning. Customers
            receive positions sealed. Treat positions as opaque.</p>
            </section>

            """
    }

    private func section(_ tag: APIOperation.Tag) -> String {
        let operations = document.operations.filter { $0.tag == tag }
        return """
            <section>
            <h2 class="title" id="\(tag.rawValue)">\(tag.rawValue.capitalized)</h2>
            <p class="lead">\(HTML.prose(tag.note))</p>
            \(operations.map(article).joined())
            </section>

            """
    }

    func badge(_ operation: APIOperation) -> String {
        let method = operation.method.rawValue
        return "<em class=\"\(method.lowercased())\">\(method)</em>"
    }
}
