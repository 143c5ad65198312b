/// The number of units of all lines together, by place.
package struct UnitCounts: Sendable, Equatable {
    package var open = 0
    package var packed = 0
    package var shipped = 0
    package var delivered = 0
    /// Units that came back; `delivered` counts them too.
    package var returned = 0

    /// The number of units that are not cancelled.
    package var live: Int { open + packed + shipped + delivered }
}
