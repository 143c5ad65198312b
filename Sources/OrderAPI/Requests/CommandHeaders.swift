import Foundation
import HTTPTransport
import HTTPTypes
import Hummingbird
import OrderLog
import Orders
import Telemetry

/// The header fields of a command: its id, the version that it expects, and the trace that it belongs to.
struct CommandHeaders {
    let commandId: String
    /// True where the client sent no id: the service made one, and the response tells it.
    let isCommandIdGenerated: Bool
    /// The versions of which the order must have one; nil for any.
    let ifMatch: Set<Int>?
    let correlationId: String?
    /// The request, for the log's lines.
    let trace: RequestTrace

    init(_ request: Request) throws {
        if let key = try Self.idempotencyKey(request) {
            commandId = key
            isCommandIdGenerated = false
        } else {
            commandId = UUIDv7.make().text
            isCommandIdGenerated = true
        }
        ifMatch = try VersionTags.versions(request.headers[values: .ifMatch])
        correlationId = Self.correlationId(request.headers)
        trace = Self.trace(request.headers)
    }

    /// The request's Idempotency-Key; nil without one.
    static func idempotencyKey(_ request: Request) throws -> String? {
        let keys = request.headers[values: .idempotencyKey]
        guard keys.count <= 1 else { throw Problem(.malformedCommandId, "There is more than one Idempotency-Key.") }
        guard keys.first.map(CommandId.isValid) ?? true else {
            throw Problem(.malformedCommandId, "An Idempotency-Key is 1 to 255 printable ASCII characters.")
        }
        return keys.first
    }

    /// The id of the trace that the request belongs to: `X-Request-Id`, else `traceparent`; nil where the text cannot
    /// be stored, or is no `traceparent`.
    static func correlationId(_ fields: HTTPFields) -> String? {
        fields[.requestId].flatMap { CommandId.isValid($0) ? $0 : nil } ?? TraceParent(fields)?.text
    }

    static func trace(_ fields: HTTPFields) -> RequestTrace {
        RequestTrace(requestId: fields[.assignedRequestId], traceId: TraceParent(fields)?.traceId)
    }
}
