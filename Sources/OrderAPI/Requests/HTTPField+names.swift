import HTTPTransport
package import HTTPTypes

extension HTTPField.Name {
    package static let idempotencyKey = Self.known("Idempotency-Key")
    package static let idempotentReplayed = Self.known("Idempotent-Replayed")
    package static let commandId = Self.known("Waybill-Command-Id")
    package static let requestId = Self.known("X-Request-Id")
    package static let traceparent = Self.known("traceparent")
    package static let lastEventId = Self.known("Last-Event-ID")
    package static let forwarded = Self.known("Forwarded")
    package static let forwardedFor = Self.known("X-Forwarded-For")
    package static let forwardedProto = Self.known("X-Forwarded-Proto")
    package static let secFetchSite = Self.known("Sec-Fetch-Site")
    package static let secFetchMode = Self.known("Sec-Fetch-Mode")
    package static let secFetchDest = Self.known("Sec-Fetch-Dest")
    package static let referrerPolicy = Self.known("Referrer-Policy")
    package static let crossOriginOpenerPolicy = Self.known("Cross-Origin-Opener-Policy")
    package static let permissionsPolicy = Self.known("Permissions-Policy")
    package static let link = Self.known("Link")
    package static let robotsTag = Self.known("X-Robots-Tag")
}
