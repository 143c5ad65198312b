import Foundation

/// A command that was accepted, as `commands` remembers it.
struct AcceptedCommand: Sendable {
    let fingerprint: [UInt8]
    let orderId: UUID
    let firstSeq: Int64
    let lastSeq: Int64
    let version: Int
    let status: String
    /// The types of the events `firstSeq … lastSeq`.
    var types: [String]
}
