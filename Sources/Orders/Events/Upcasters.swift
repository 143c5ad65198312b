import StrictJSON

/// The steps that turn old layouts of events into today's, for folding alone. Stored events never change, and streams
/// send them as they are stored, with the schema in which they were written.
///
/// To change a type's layout: change its payload, add the step to the payload's `upcasters`, and keep the type's lines
/// in the corpus of the tests.
struct Upcasters: Sendable {
    /// All steps of this version of the program.
    static let current = Upcasters(
        EventType.allCases.flatMap { type in type.payload.upcasters.filter { $0.type == type } }
    )

    private let steps: [EventType: [Upcaster]]

    /// - Parameter steps: for each type those from schema 1 on, without gaps.
    init(_ steps: [Upcaster]) {
        self.steps = Dictionary(grouping: steps, by: \.type).mapValues { $0.sorted { $0.from < $1.from } }
    }

    /// The schema in which this version writes events of the type.
    func schema(of type: EventType) -> Int { (steps[type]?.last?.from ?? 0) + 1 }

    /// The texts of a known schema in the layout of this version.
    func upcast(
        _ type: EventType,
        from schema: Int,
        data: JSONObject,
        internal: JSONObject
    ) -> (data: JSONObject, internal: JSONObject) {
        (steps[type] ?? []).filter { $0.from >= schema }.reduce((data, `internal`)) { $1.upcast($0.0, $0.1) }
    }
}
