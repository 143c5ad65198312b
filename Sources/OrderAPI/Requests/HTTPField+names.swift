import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = Self.known("Idempotency-Key")
    static let idempotentReplayed = Self.known("Idempotent-Replayed")
    static let commandId = Self.known("Waybill-Command-Id")
    static let requestId = Self.known("X-Request-Id")
    static let traceparent = Self.known("traceparent")
    static let lastEventId = Self.known("Last-Event-ID")
    static let forwarded = Self.known("Forwarded")
    static let forwardedFor = Self.known("X-Forwarded-For")
    static let forwardedProto = Self.known("X-Forwarded-Proto")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}
