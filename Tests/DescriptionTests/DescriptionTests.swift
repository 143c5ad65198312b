import Access
import Foundation
import HTTPTypes
import Hummingbird
import LogSupport
import Logging
import OrderAPI
import OrderLog
import Orders
import Pages
import Postgres
import Projections
import StrictJSON
import Testing

@testable import APIDescription
@testable import WaybillServer

@Suite struct DescriptionTests {
    @Test func theServedRoutesAreTheDescribedOnes() async throws {
        try await TestLog.with { log in
            let poolTask = Task { try await log.pool.run() }
            defer { poolTask.cancel() }
            let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: directory) }
            let key = try DevelopmentKey.loadOrCreate(in: directory.path)
            let keys = try await KeySource(.development(key), now: 0, logger: log.logger)
            let settings = WaybillServerSettings(database: log.database, keys: keys)
            let models = ReadModelReader(pool: log.pool, registry: log.registry)
            let components = try await Components(
                settings: settings,
                reader: log.reader,
                pool: log.pool,
                models: models,
                logger: log.logger
            )
            var (served, pages): (Set<String>, Set<String>) = ([], [])
            for route in components.api.router.routes {
                if PageRoutes.paths.contains(route.path.description) {
                    pages.insert(route.path.description)
                } else {
                    served.insert("\(route.method.rawValue) \(route.path)")
                }
            }
            #expect(pages == PageRoutes.paths)
            #expect(Set(Self.document.operations.map(\.key)) == served)
            #expect(Self.document.operations.count == served.count)
        }
    }

    private static let document = APIDocument.shared

    @Test func operationIdsAreUnique() {
        let ids = Self.document.operations.map(\.id)
        #expect(Set(ids).count == ids.count && ids.count >= CommandName.allCases.count)
    }

    /// The domain accepted every command of the story, and every command is among them.
    @Test func everyCommandsExampleIsAccepted() {
        let story = ExampleStory()
        #expect(story.refused.isEmpty)
        #expect(Set(story.bodies.keys) == Set(CommandName.allCases))
        #expect(Set(story.receipts.keys) == Set(CommandName.allCases))
        #expect(story.order["lifecycle"] == "closed")
        #expect(story.events.map(\.seq) == Array(1...Int64(story.events.count)))
    }

    @Test func everyReferenceHasItsTarget() {
        let schemas = Self.document.value["components"]?["schemas"]
        let headers = Self.document.value["components"]?["headers"]
        var targets: [String] = []
        Self.references(Self.document.value, &targets)
        #expect(targets.count > 200)
        for target in Set(targets) {
            let name = String(target.split(separator: "/").last ?? "")
            let found = target.hasPrefix("#/components/headers/") ? headers?[name] : schemas?[name]
            #expect(found != nil, "\(target)")
        }
    }

    @Test func everyProblemCodeIsDescribed() {
        let codes = Set(Self.document.operations.flatMap(\.problemsByStatus).flatMap(\.codes))
        // This code comes from paths that do not have the request's method, so no operation names it.
        #expect(Set(ProblemCode.allCases).subtracting(codes) == [.methodNotAllowed])
    }

    @Test func everyFieldAndWordHasAMeaning() {
        let fields = Self.document.fields
        for (name, schema) in fields.types {
            for field in fields.fields(of: schema) { #expect(!field.meaning.isEmpty, "\(name).\(field.path)") }
        }
        for enumeration in Self.document.enumerations {
            for (word, meaning) in enumeration.words { #expect(!meaning.isEmpty, "\(enumeration.name).\(word)") }
        }
        #expect(fields.types.count > 20 && Self.document.enumerations.count > 20)
    }

    /// Finds the things that generators of clients do not take: a schema of one value without a type, words without a
    /// type, an enumeration of something else than texts, a choice among texts, and null.
    @Test func everySchemaIsOneThatClientGeneratorsTake() {
        var faults: [String] = []
        Self.look(at: Self.document.value, path: "", &faults)
        #expect(faults.isEmpty, "\(faults.prefix(20).joined(separator: "\n"))")
    }

    private static func look(at value: JSONValue, path: String, _ faults: inout [String]) {
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() { look(at: element, path: "\(path)/\(index)", &faults) }
        case .object(let object):
            // An example is a value and no schema.
            if path.hasSuffix("/example") { return }
            let names = Set(object.members.map(\.name))
            // A property may have any name.
            if !path.hasSuffix("/properties") {
                for name in ["const", "anyOf"] where names.contains(name) { faults.append("\(path) has \(name)") }
                if value["type"]?.string == "null" { faults.append("\(path) is null") }
                if let words = value["enum"]?.array {
                    if value["type"]?.string == nil { faults.append("\(path) has no type") }
                    if words.contains(where: { $0.string == nil }) { faults.append("\(path) lists more than texts") }
                }
                if let variants = value["oneOf"]?.array,
                    value["discriminator"]?["mapping"]?.object?.members.count != variants.count
                {
                    faults.append("\(path) has not one variant for each word of its discriminator")
                }
            }
            for member in object.members { look(at: member.value, path: "\(path)/\(member.name)", &faults) }
        default: break
        }
    }

    @Test func everyEventOfTheExampleFitsItsPartsInTheDescription() {
        let schemas = Self.document.value["components"]?["schemas"]
        for type in EventType.allCases {
            for name in APISchemas.eventNames(of: type) {
                #expect(schemas?[name]?["type"]?.string == "object", "\(name)")
            }
        }
    }

    private static func references(_ value: JSONValue, _ targets: inout [String]) {
        switch value {
        case .array(let elements): for element in elements { references(element, &targets) }
        case .object(let object):
            if let target = value["$ref"]?.string { targets.append(target) }
            for member in object.members { references(member.value, &targets) }
        default: break
        }
    }
}
