/// A stream that may begin.
package struct AuthorizedSubscription: Sendable {
    package let opening: SubscriptionOpening
    package let view: StreamView
    /// Checks the client's position against the log. Called once the stream's place is reserved.
    package let resumePoint: @Sendable () async throws -> ResumePoint

    package init(
        opening: SubscriptionOpening,
        view: StreamView,
        resumePoint: @escaping @Sendable () async throws -> ResumePoint
    ) {
        self.opening = opening
        self.view = view
        self.resumePoint = resumePoint
    }
}
