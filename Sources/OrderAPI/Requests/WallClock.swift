import Foundation
import Orders

/// The clock that requests are judged by.
struct WallClock: Sendable {
    /// The seconds since 1970.
    func seconds() -> Double { Date().timeIntervalSince1970 }

    func now() -> Timestamp { Timestamp(unixMicroseconds: Int64((seconds() * 1_000_000).rounded())) }
}
