/// An event of an accepted command, as its reply names it.
package struct ReceiptEvent: Sendable, Hashable {
    package let position: LogPosition
    package let type: String
}
