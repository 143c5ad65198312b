import Foundation

/// A command that was accepted, as `commands` remembers it.
struct AcceptedCommand: Sendable {
    let fingerprint: [UInt8]
    let orderId: UUID
    let firstSeq: Int64
    let lastSeq: Int64
    let version: Int
    let status: String
    /// The events `firstSeq … lastSeq`.
    var events: [AcceptedEvent]
}

/// An event of an accepted command, as its receipt names it.
struct AcceptedEvent: Sendable, Hashable {
    let type: String
    /// The code of the anomaly that the event raised; nil where it raised none.
    let anomaly: String?
}

extension AcceptedCommand {
    /// True where the command may have been accepted after an event of the log. One without events has no place there.
    func mayBeNewer(than seq: Int64) -> Bool { firstSeq > seq || firstSeq > lastSeq }

    /// The answer to the command.
    ///
    /// - Parameters:
    ///   - epochs: the history of the log that has the command.
    ///   - replayed: an earlier request with the command was answered, or may have been.
    func receipt(in epochs: EpochTable, replayed: Bool) -> CommandReceipt {
        CommandReceipt(
            orderId: orderId,
            version: version,
            status: status,
            position: epochs.position(of: lastSeq),
            events: events.enumerated().map { offset, event in
                ReceiptEvent(
                    position: epochs.position(of: firstSeq + Int64(offset)),
                    type: event.type,
                    anomaly: event.anomaly
                )
            },
            replayed: replayed
        )
    }
}
