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
