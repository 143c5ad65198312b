/// The outcome of a check that did not refuse the request by a status.
package enum SubscriptionDecision: Sendable {
    /// The stream may begin.
    case opens(AuthorizedSubscription)
    /// The stream ends as it begins: these bytes are its whole body.
    case endsAtOnce([UInt8])
}
