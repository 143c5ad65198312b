import StrictJSON

/// One step of an event type's stored texts from a schema to the next.
struct Upcaster: Sendable {
    let type: EventType
    /// The schema that it reads; it writes the one after it.
    let from: Int
    /// `data` (or `internal`, where the event is hidden from customers) and `internal`, as they are to be read.
    let lift: @Sendable (_ data: JSONObject, _ internal: JSONObject) -> (data: JSONObject, internal: JSONObject)
}

/// The one place where old events learn to be read: for folding alone. What is stored never changes, and what is pushed is
/// what is stored, with the schema that it was written in.
///
/// To change a type's layout: change its payload, add the step here, and keep its lines in the corpus of the tests.
struct Upcasters: Sendable {
    /// All steps of this version of the program.
    static let current = Upcasters([])

    private let steps: [EventType: [Upcaster]]

    /// - Parameter steps: of each type those from 1 on, without gaps.
    init(_ steps: [Upcaster]) {
        self.steps = Dictionary(grouping: steps, by: \.type).mapValues { $0.sorted { $0.from < $1.from } }
    }

    /// The schema in which events of the type are written now.
    func schema(of type: EventType) -> Int { (steps[type]?.last?.from ?? 0) + 1 }

    /// Whether this version knows the schema.
    func reads(_ type: EventType, _ schema: Int) -> Bool { (1...self.schema(of: type)).contains(schema) }

    /// The texts of a known schema as this version reads them.
    func lifted(
        _ type: EventType,
        _ schema: Int,
        _ data: JSONObject,
        _ internal: JSONObject
    ) -> (data: JSONObject, internal: JSONObject) {
        (steps[type] ?? []).filter { $0.from >= schema }.reduce((data, `internal`)) { $1.lift($0.0, $0.1) }
    }
}
