/// The difference between the layout of a projection's served version and the layout that this version of Waybill
/// writes. Rows of another layout follow other rules, so that a comparison with the log would tell nothing.
package struct LayoutDifference: Sendable, Hashable {
    /// The projection's name, as in `projections.name`.
    package let name: String
    package let served: Int
    package let current: Int

    /// A former version of Waybill has built the served version.
    package var isFormer: Bool { served < current }
}

extension LayoutDifference: CustomStringConvertible {
    package var description: String {
        if isFormer {
            """
            \(name): not compared, since a former version of Waybill built it (layout \(served), now \(current)): \
            `waybill serve` rebuilds it when it starts, and `waybill replay \(name)` does it now
            """
        } else {
            """
            \(name): not compared, since a newer version of Waybill built it (layout \(served), here \(current)): \
            verify it with that version
            """
        }
    }
}
