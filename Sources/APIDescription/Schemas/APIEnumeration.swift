import EventStreams
import OrderAPI
import Orders

/// An enumeration of the API, with the meaning of each word.
struct APIEnumeration: Sendable {
    let name: String
    let words: [(word: String, meaning: String)]
}

extension APIEnumeration {
    private init<Word: WireWord>(_ name: String, of type: Word.Type) {
        self.init(name: name, words: type.allCases.map { ($0.rawValue, $0.meaning) })
    }

    /// Every enumeration that the API's bodies use, by name.
    ///
    /// - Parameter catalog: the catalog after all schemas have been described.
    static func all(in catalog: SchemaCatalog) -> [APIEnumeration] {
        let described = catalog.enumerations.map { name, words in
            APIEnumeration(name: name, words: words.map { ($0.word, $0.meaning) })
        }
        let own = [
            APIEnumeration("OrderStatus", of: OrderStatus.self), APIEnumeration("CommandName", of: CommandName.self),
            APIEnumeration("BulkOutcome", of: BulkOutcome.self),
            APIEnumeration("BulkResults", of: BulkResults.self),
            APIEnumeration("ResetReason", of: ControlFrame.ResetReason.self),
            APIEnumeration("ByeReason", of: ControlFrame.ByeReason.self),
            APIEnumeration("ProjectionState", of: ProjectionVersionState.self),
            APIEnumeration("ReplayState", of: ReplayActivity.self),
            APIEnumeration("HealthState", of: HealthStatus.self),
            APIEnumeration("SessionRole", of: SessionRole.self),
            APIEnumeration("FailureLevel", of: FailureLevel.self),
        ]
        return (described + own.filter { catalog.enumerations[$0.name] == nil }).sorted { $0.name < $1.name }
    }
}
