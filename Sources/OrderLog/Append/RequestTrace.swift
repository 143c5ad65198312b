/// The request that a command came with, for the log's lines.
package struct RequestTrace: Sendable, Hashable {
    /// The value of the response's `X-Request-Id`.
    package let requestId: String?
    /// The trace that the request's `traceparent` names (W3C Trace Context); nil without a valid one.
    package let traceId: String?

    package init(requestId: String? = nil, traceId: String? = nil) {
        self.requestId = requestId
        self.traceId = traceId
    }
}
