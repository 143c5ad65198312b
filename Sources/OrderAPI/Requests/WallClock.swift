import Foundation
import Orders

/// The time of day, read in one place.
struct WallClock: Sendable {
    /// Seconds since 1970.
    func seconds() -> Double { Date().timeIntervalSince1970 }

    func now() -> Timestamp { Timestamp(unixMicroseconds: Int64((seconds() * 1_000_000).rounded())) }
}
