/// A place in a JSON text (RFC 6901), written out only when something there is worth reporting.
package struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
    private enum Token: Sendable, Equatable {
        case name(String)
        case index(Int)
    }

    /// The text of the place around it.
    private let parent: String
    private let token: Token?

    /// The whole text: the empty pointer.
    package static let root = JSONPointer(parent: "", token: nil)

    /// The member `name` of the object at `parent`.
    package init(parent: String, name: String) {
        self.init(parent: parent, token: .name(name))
    }

    /// The element `index` of the array at `parent`.
    package init(parent: String, index: Int) {
        self.init(parent: parent, token: .index(index))
    }

    private init(parent: String, token: Token?) {
        self.parent = parent
        self.token = token
    }

    package var description: String {
        switch token {
        case nil: parent
        case .index(let index): "\(parent)/\(index)"
        case .name(let name): "\(parent)/\(Self.escape(name))"
        }
    }

    /// `~` becomes `~0` and `/` becomes `~1` (RFC 6901, section 3).
    package static func escape(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
