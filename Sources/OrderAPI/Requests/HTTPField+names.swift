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
    static let secFetchSite = Self.known("Sec-Fetch-Site")
    static let secFetchMode = Self.known("Sec-Fetch-Mode")
    static let secFetchDest = Self.known("Sec-Fetch-Dest")
    static let referrerPolicy = Self.known("Referrer-Policy")
    static let robotsTag = Self.known("X-Robots-Tag")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}
