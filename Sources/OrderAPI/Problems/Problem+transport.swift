package import HTTPTransport
import HTTPTypes

extension Problem {
    /// The problem of a body that cannot be had whole.
    init(_ error: RequestBodyError) {
        switch error {
        case .broken: self.init(.malformedRequest, "The body is cut off, or its chunks are malformed.")
        case .stalled: self.init(.requestTimeout, "The rest of the body did not come in time.")
        case .malformedCoding:
            self.init(.malformedRequest, "The body is not compressed as its Content-Encoding says, or is cut off.")
        case .unsupportedCoding:
            self.init(
                .unsupportedMediaType,
                "A body has no Content-Encoding, or one of these: \(ContentCoding.accepted).",
                headers: [.acceptEncoding: ContentCoding.accepted]
            )
        }
    }
}

extension TransportAnswer {
    /// The answer to a fault, in the form of all other errors.
    @Sendable package static func problem(_ fault: TransportFault) -> TransportAnswer {
        var problem: Problem
        switch fault {
        case .malformedRequest:
            problem = Problem(
                .malformedRequest,
                "The bytes are no request of HTTP/1.1, its header is too long, or it does not name one host."
            )
        case .connectMethod:
            problem = Problem(.methodNotAllowed, "The service is no proxy.")
            problem.headers[.allow] = "GET, HEAD, POST, DELETE, OPTIONS"
        case .tooManyConnections:
            problem = .busy(.overloaded, retryAfter: 5, "There is no place for another connection now.")
        }
        var answer = problem.answer
        answer.closesConnection = true
        return answer
    }
}

extension CrossOriginPolicy {
    /// The policy of the API for pages of these origins.
    package static func api(_ origins: Origins) -> CrossOriginPolicy {
        CrossOriginPolicy(
            origins: origins,
            methods: [.get, .head, .post, .delete],
            requestFields: [
                .authorization, .contentType, .idempotencyKey, .ifMatch, .ifNoneMatch, .lastEventId, .cacheControl,
                .requestId, .traceparent, .contentEncoding,
            ],
            exposedFields: [.eTag, .location, .retryAfter, .commandId, .idempotentReplayed, .requestId]
        ) { path in
            // The staff's session is for pages of the service's own origin alone.
            path.split(separator: "/").first != "session"
        }
    }
}
