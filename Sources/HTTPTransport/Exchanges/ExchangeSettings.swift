import HTTPTypes

/// The settings of all exchanges of a server.
struct ExchangeSettings: Sendable {
    let timeouts: ConnectionTimeouts
    let crossOrigins: CrossOriginPolicy?
    let faults: FaultResponder
    /// The fields that every response to a request gets because of the request's path.
    var pathFields: @Sendable (HTTPRequest) -> HTTPFields = { _ in [:] }
    /// Answers requests of HTTP/2 that have no channel; nil where each gets one.
    var responder: (any HTTP2Responder)?
    /// The memory for the headers of HTTP/2 requests that are being answered. A client needs a few bytes for each, by
    /// its compression table, and may take no answer.
    let streamHeads = MemoryBudget(limit: 64 * 1024 * 1024)
    /// The memory for headers that are not complete.
    let headers = HeaderBudget(limit: 64 * 1024 * 1024)
}
