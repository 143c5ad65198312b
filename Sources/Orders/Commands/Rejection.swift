/// An order's refusal of a command. The refusal changes nothing.
package struct Rejection: Error, Sendable, Equatable {
    package let reason: RejectionReason
    /// The refusal in words, for people. It may name ids and quantities, and later versions may word it otherwise.
    package let message: String

    init(_ reason: RejectionReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
