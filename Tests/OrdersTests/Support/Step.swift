import Testing

@testable import Orders

/// A command of a scenario: its name and the members of its body as JSON texts.
struct Step: Sendable, CustomTestStringConvertible {
    let name: CommandName
    private var members: [(name: String, json: String)]

    init(_ name: CommandName, _ members: [(String, String?)] = []) {
        self.name = name
        self.members = members.compactMap { name, json in json.map { (name, $0) } }
    }

    var body: String {
        "{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }

    var testDescription: String { "\(name.rawValue) \(body)" }

    /// The step with a member added or replaced.
    func with(_ name: String, _ json: String) -> Step {
        var step = without(name)
        step.members.append((name, json))
        return step
    }

    subscript(name: String) -> String? { members.last { $0.name == name }?.json }

    func without(_ name: String) -> Step {
        var step = self
        step.members.removeAll { $0.name == name }
        return step
    }

    /// The step with a text member added or replaced.
    func saying(_ name: String, _ text: String) -> Step { with(name, quoted(text)) }

    /// The step at that many minutes after ten.
    func at(_ minute: Int) -> Step { saying("occurredAt", timeText(minute)) }
}

/// The RFC 3339 text of that many minutes after ten.
func timeText(_ minute: Int) -> String { at(minute).rfc3339 }

func quoted(_ text: String) -> String { "\"\(text)\"" }
