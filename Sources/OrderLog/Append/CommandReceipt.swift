package import Foundation

/// The answer to an accepted command.
package struct CommandReceipt: Sendable, Hashable {
    package let orderId: UUID
    package let version: Int
    package let status: String
    /// The position of the last event; for a command without events, that of the order.
    package let position: LogPosition
    package let events: [ReceiptEvent]
    /// The command was accepted before: this is the first answer again.
    package internal(set) var replayed: Bool

    /// As `AcceptedCommand.mayBeNewer(than:)`.
    func mayBeNewer(than seq: Int64) -> Bool { events.first.map { $0.position.seq > seq } ?? true }
}
