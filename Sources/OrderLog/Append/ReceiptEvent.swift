/// An event of an accepted command, as its reply names it.
package struct ReceiptEvent: Sendable, Hashable {
    package let position: LogPosition
    package let type: String
    /// The code of the anomaly that the event raised; nil where it raised none. For backends and staff.
    package let anomaly: String?
}
