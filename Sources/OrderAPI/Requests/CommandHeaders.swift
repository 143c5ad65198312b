import Foundation
import HTTPTypes
import Hummingbird
import Orders

/// What a command's headers say: its id, the version that it expects, and what it is part of.
struct CommandHeaders {
    let commandId: String
    /// The client sent no id, so it learns this one from the response.
    let commandIdIsOurs: Bool
    let ifMatch: Int?
    let correlationId: String?

    init(_ request: Request) throws {
        let keys = request.headers[values: .idempotencyKey]
        guard keys.count <= 1 else { throw Problem(.malformedCommandId, "There is more than one Idempotency-Key.") }
        if let key = keys.first {
            guard CommandId.isValid(key) else {
                throw Problem(.malformedCommandId, "An Idempotency-Key is 1 to 255 printable ASCII characters.")
            }
            commandId = key
            commandIdIsOurs = false
        } else {
            commandId = UUIDv7.make().text
            commandIdIsOurs = true
        }
        ifMatch = try Self.ifMatch(request.headers[values: .ifMatch])
        correlationId = Self.correlationId(request)
    }

    /// What the request is part of, if it says so in a way that can be kept.
    static func correlationId(_ request: Request) -> String? {
        [.requestId, .traceparent].lazy.compactMap { request.headers[$0] }.first(where: CommandId.isValid)
    }

    /// RFC 9110, section 13.1.1. `*` asks only that the order exists, which every command but the first does anyway.
    private static func ifMatch(_ values: [String]) throws -> Int? {
        guard let value = values.first, value != "*" else { return nil }
        let digits = value.dropFirst().dropLast()
        guard values.count == 1, value.utf8.count >= 3, value.hasPrefix("\""), value.hasSuffix("\""),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let version = Int(digits)
        else { throw Problem(.malformedIfMatch, "If-Match is one version in quotes, such as \"3\", or *.") }
        return version
    }
}

extension HTTPField.Name {
    static let idempotencyKey = Self.known("Idempotency-Key")
    static let idempotentReplayed = Self.known("Idempotent-Replayed")
    static let commandId = Self.known("Waybill-Command-Id")
    static let requestId = Self.known("X-Request-Id")
    static let traceparent = Self.known("traceparent")
    static let lastEventId = Self.known("Last-Event-ID")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}
