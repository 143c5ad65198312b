/// One unbroken history of the log, from its first event to where the next epoch begins.
package struct Epoch: Sendable, Hashable {
    /// The order of opening, from 1. Several epochs begin at the same event where the service restarts without appends.
    package let ordinal: Int64
    package let name: String
    /// The number of the first event that was, or would be, written in this epoch.
    package let firstSeq: Int64

    package init(ordinal: Int64, name: String, firstSeq: Int64) {
        self.ordinal = ordinal
        self.name = name
        self.firstSeq = firstSeq
    }
}
