import StrictJSON

/// A contradiction between a reported fact and the order's state. For staff only.
package struct Anomaly: Sendable, Equatable {
    package let code: AnomalyCode
    /// The contradiction in words, for people.
    package let message: String

    init(_ code: AnomalyCode, _ message: String) {
        self.code = code
        self.message = message
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("message", message)
    }
}

extension Field where Value == Anomaly {
    static var anomaly: Field {
        Field.object(meanings: ["code": "The kind of contradiction.", "message": "The contradiction in words."]) {
            fields in
            let code: AnomalyCode? = fields.required("code", .word)
            guard let message = fields.required("message", .text(atLeast: 0)), let code else { return nil }
            return Anomaly(code, message)
        }.named("Anomaly")
    }
}
