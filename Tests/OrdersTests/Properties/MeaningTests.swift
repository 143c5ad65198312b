import StrictJSON
import Testing

@testable import Orders

/// The docs print the meaning of each field and of each word; neither may be missing.
@Suite struct MeaningTests {
    @Test(arguments: CommandName.allCases)
    func everyFieldOfACommandHasAMeaning(name: CommandName) {
        let catalog = SchemaCatalog()
        _ = (name.schema(in: catalog), name.lineSchema(in: catalog))
        for (name, schema) in catalog.schemas { #expect(Self.undescribed(schema) == [], "\(name)") }
    }

    @Test(arguments: EventType.allCases)
    func everyFieldOfAnEventHasAMeaning(type: EventType) {
        let contents = type.contents(in: SchemaCatalog())
        for schema in [contents.data, contents.internal, contents.hidden] {
            #expect(schema.map(Self.undescribed) ?? [] == [])
        }
        #expect(!type.summary.isEmpty)
    }

    @Test func everyFieldOfAnOrderHasAMeaning() {
        let catalog = SchemaCatalog()
        _ = Order.schema(in: catalog)
        for (name, schema) in catalog.schemas { #expect(Self.undescribed(schema) == [], "\(name)") }
    }

    @Test func theCatalogListsTheWordsOfEveryEnumeration() throws {
        let catalog = SchemaCatalog()
        _ = Order.schema(in: catalog)
        for name in CommandName.allCases { _ = name.schema(in: catalog) }
        for type in EventType.allCases { _ = type.contents(in: catalog) }
        let enumerations = catalog.schemas.filter { $0.value["enum"] != nil && $0.key != "Currency" }
        #expect(Set(enumerations.keys) == Set(catalog.enumerations.keys))
        for (name, schema) in enumerations {
            let words = try #require(catalog.enumerations[name])
            #expect(words.map(\.word) == schema["enum"]?.array?.compactMap(\.string))
            #expect(words.allSatisfy { $0.meaning.hasSuffix(".") })
            #expect(Set(words.map(\.meaning)).count == words.count)
        }
    }

    @Test func noTwoRefusalsMeanTheSame() {
        let meanings = RejectionReason.allCases.map(\.meaning)
        #expect(meanings.allSatisfy { $0.hasSuffix(".") })
        #expect(Set(meanings).count == meanings.count)
    }

    /// The names of the properties that the schema, or one within it, leaves without a description.
    private static func undescribed(_ schema: JSONValue) -> [String] {
        let members = schema["properties"]?.object?.members ?? []
        let own = members.filter { $0.value["description"] == nil }.map(\.name)
        let within = members.flatMap { undescribed($0.value) }
        return own + within + (schema["items"].map(undescribed) ?? [])
    }
}
