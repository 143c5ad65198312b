package import Foundation
package import OrderLog

/// The subject of a stream, by which events find the stream.
package enum StreamSubject: Sendable, Hashable {
    case order(UUID)
    case customer(CustomerKey)
    /// All orders of the caller's shops.
    case feed
    /// All orders of the caller's shops, shown at the stream's own ticks; events do not wake it.
    case conflatedFeed
}
