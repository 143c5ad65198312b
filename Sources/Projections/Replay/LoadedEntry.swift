package import Foundation

/// An order's entry as it was loaded from the version that is being built.
package struct LoadedEntry<Entry: Sendable>: Sendable {
    package let orderId: UUID
    package let entry: Entry
    /// The estimated size of the entry in memory, in bytes.
    package let byteCount: Int
}
