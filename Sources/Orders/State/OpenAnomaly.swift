/// An anomaly that staff have not resolved yet.
package struct OpenAnomaly: Sendable, Equatable {
    /// The version of the event that raised the anomaly.
    package private(set) var version: Int
    package private(set) var code: AnomalyCode
    /// The contradiction in words, for people.
    package private(set) var message: String
    /// The time at which the event happened.
    package private(set) var at: Timestamp

    init(version: Int, code: AnomalyCode, message: String, at: Timestamp) {
        self.version = version
        self.code = code
        self.message = message
        self.at = at
    }
}

extension OpenAnomaly: OrderPart {
    static var blank: OpenAnomaly { OpenAnomaly(version: 0, code: .unitsMoved, message: "", at: .earliest) }

    static let meanings = [
        "version": "The version of the event that raised the anomaly.",
        "code": "The kind of contradiction.",
        "message": "The contradiction in words.",
    ]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("version", &version, as: .partCount)
        visitor.field("code", &code)
        visitor.field("message", &message, as: .partTextOrEmpty)
        visitor.field("at", &at)
    }
}
