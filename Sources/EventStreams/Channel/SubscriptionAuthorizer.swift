package import HTTPTypes

/// Decides who may open which stream. The HTTP API implements it, since it knows routes, tokens and problems.
package protocol SubscriptionAuthorizer: Sendable {
    /// Checks one request for a stream: authentication and look-ups, all of them before the response's head.
    ///
    /// - Parameter address: the peer's, without a port.
    /// - Throws: any error that `refusal(for:on:)` turns into a response.
    typealias Authorization = @Sendable (_ address: String) async throws -> SubscriptionDecision

    /// The check of a request for a stream; nil for any other request. Called on the event loop for every request.
    func authorization(of request: HTTPRequest) -> Authorization?
    /// The response to a request that `Authorization` refused.
    ///
    /// - Parameter path: the request's target, for the log.
    func refusal(for error: any Error, on path: String) -> SubscriptionRefusal
}

/// The outcome of a check that did not refuse the request by a status.
package enum SubscriptionDecision: Sendable {
    /// The stream may begin.
    case opens(AuthorizedSubscription)
    /// The stream ends as it begins: these bytes are its whole body.
    case endsAtOnce([UInt8])
}

/// A stream that may begin.
package struct AuthorizedSubscription: Sendable {
    package let opening: SubscriptionOpening
    package let view: StreamView
    /// Finds where the stream begins, once its place is reserved.
    package let start: @Sendable () async throws -> StreamStart

    package init(
        opening: SubscriptionOpening,
        view: StreamView,
        start: @escaping @Sendable () async throws -> StreamStart
    ) {
        self.opening = opening
        self.view = view
        self.start = start
    }
}

/// A response by another status than 200.
package struct SubscriptionRefusal: Sendable {
    package let status: HTTPResponse.Status
    package let fields: HTTPFields
    package let body: [UInt8]

    package init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
