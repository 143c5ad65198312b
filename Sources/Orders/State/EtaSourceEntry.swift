/// A report of a parcel's expected time that is no scan: the dispatch, or a revision.
package struct EtaSourceEntry: Sendable, Equatable {
    package private(set) var window: TimeWindow
    package private(set) var source: EtaSource
    package private(set) var occurredAt: Timestamp
    /// The version of the order with this entry: the order of recording.
    package private(set) var recordedWith: Int
}

extension EtaSourceEntry: OrderPart {
    static var blank: EtaSourceEntry {
        EtaSourceEntry(
            window: TimeWindow(earliest: .earliest, latest: .earliest),
            source: .shop,
            occurredAt: .earliest,
            recordedWith: 0
        )
    }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("window", &window)
        visitor.field("source", &source)
        visitor.field("occurredAt", &occurredAt)
        visitor.field("recordedWith", &recordedWith, as: .partCount)
    }
}
