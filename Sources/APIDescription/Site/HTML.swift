import StrictJSON

/// The HTML of the page's parts: escaped texts, Markdown's backticks as code, coloured and wrapped JSON.
enum HTML {
    static func text(_ plain: String) -> String {
        plain.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// The HTML of a sentence in which backticks enclose code.
    static func prose(_ sentence: String) -> String {
        sentence.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            index % 2 == 0 ? text(String(part)) : code(String(part))
        }.joined()
    }

    static func code(_ plain: String) -> String { "<code>\(text(plain))</code>" }

    /// A link to a part of a page; without a path, of the page on which the link stands.
    static func link(_ anchor: String, _ inner: String, on page: String = "") -> String {
        "<a href=\"\(page)#\(anchor)\">\(inner)</a>"
    }

    /// A table that scrolls by itself on a narrow screen. The cells are HTML.
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        let titles = head.map { "<th>\($0)</th>" }.joined()
        let body = rows.map { row in "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n")
        return "<div class=\"table\"><table><thead><tr>\(titles)</tr></thead><tbody>\n\(body)\n</tbody></table></div>\n"
    }

    /// A block of code with a caption. The code is HTML.
    static func block(_ caption: String, _ code: String) -> String {
        "<figure><figcaption>\(caption)</figcaption><pre tabindex=\"0\"><code>\(code)</code></pre></figure>\n"
    }

    /// JSON with colours, wrapped where a value does not fit on a line.
    ///
    /// - Parameter taken: the characters that the line holds already.
    static func json(_ value: JSONValue, indent: Int = 0, taken: Int = 0, width: Int = 56) -> String {
        if flat(value).count + taken <= width { return coloured(value) }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch value {
        case .object(let object) where !object.isEmpty:
            let members = object.members.map { member in
                let used = indent + member.name.count + 6
                return
                    "\(inner)\(name(member.name)): \(json(member.value, indent: indent + 2, taken: used, width: width))"
            }
            return "{\n" + members.joined(separator: ",\n") + "\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            let shown = elements.map { inner + json($0, indent: indent + 2, taken: indent + 2, width: width) }
            return "[\n" + shown.joined(separator: ",\n") + "\n\(outer)]"
        default: return coloured(value)
        }
    }

    private static func name(_ text: String) -> String { "<b>\(HTML.text("\"\(text)\""))</b>" }

    private static func flat(_ value: JSONValue) -> String {
        switch value {
        case .object(let object):
            "{" + object.members.map { "\"\($0.name)\": \(flat($0.value))" }.joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(flat).joined(separator: ", ") + "]"
        default: String(decoding: value.bytes, as: UTF8.self)
        }
    }

    private static func coloured(_ value: JSONValue) -> String {
        switch value {
        case .object(let object):
            "{" + object.members.map { "\(name($0.name)): \(coloured($0.value))" }.joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(coloured).joined(separator: ", ") + "]"
        case .string: "<i>\(text(flat(value)))</i>"
        case .number, .bool, .null: "<u>\(text(flat(value)))</u>"
        }
    }
}
