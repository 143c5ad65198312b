package import HTTPTypes

/// Decides which streams a request may open. The HTTP API implements it, since it knows routes, tokens and problem
/// details.
package protocol SubscriptionAuthorizer: Sendable {
    /// Checks one request for a stream: authentication and look-ups, all of them before the response's head.
    ///
    /// - Parameter address: the peer's address without its port.
    /// - Throws: any error that `refusal(for:of:)` turns into a response.
    typealias Authorization = @Sendable (_ address: String) async throws -> SubscriptionDecision

    /// The check of a request for a stream; nil for any other request. Called on the event loop for every request.
    func authorization(of request: HTTPRequest) -> Authorization?
    /// True for a stream whose preamble is one frame at most, which is kept in memory whole.
    func hasShortPreamble(_ request: HTTPRequest) -> Bool
    /// The response to a request that `Authorization` refused.
    func refusal(for error: any Error, of request: HTTPRequest) -> SubscriptionRefusal
}
