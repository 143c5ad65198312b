import StrictJSON
import Testing

@testable import Orders

/// The decoder accepts exactly the bodies that the schemas allow.
@Suite struct SchemaProperties {
    @Test(arguments: CommandName.allCases)
    func bodiesThatASchemaAllowsAreAccepted(name: CommandName) throws {
        let catalog = SchemaCatalog()
        let schema = name.schema(in: catalog)
        var checker = SchemaChecker(catalog)
        var generator = SchemaGenerator(random: SeededGenerator(seed: 7), schemas: catalog.schemas)
        for _ in 0..<60 {
            let value = generator.value(of: schema)
            #expect(try checker.problem(value, schema) == nil)
            #expect(Self.complaints(name, value).isEmpty, "\(String(decoding: value.bytes, as: UTF8.self))")
        }
        #expect(checker.met == checker.described(schema))
    }

    @Test(arguments: CommandName.allCases)
    func onlyBodiesThatASchemaForbidsAreRefused(name: CommandName) throws {
        let catalog = SchemaCatalog()
        let schema = name.schema(in: catalog)
        var checker = SchemaChecker(catalog)
        var generator = SchemaGenerator(random: SeededGenerator(seed: 11), schemas: catalog.schemas)
        var forbidden = 0
        for _ in 0..<150 {
            let value = generator.mutated(generator.value(of: schema))
            let problem = try checker.problem(value, schema)
            let complaints = Self.complaints(name, value)
            if let problem {
                forbidden += 1
                #expect(!complaints.isEmpty, "accepted, though \(problem)")
            } else {
                #expect(complaints.isEmpty, "\(complaints)")
            }
        }
        #expect(forbidden > 25)
    }

    /// The decoder's errors of a body, without those of rules across fields, which no schema can express.
    private static func complaints(_ name: CommandName, _ value: JSONValue) -> [FieldError] {
        guard let object = value.object else { return [FieldError(pointer: "", message: "must be an object")] }
        do {
            _ = try OrderCommand.decode(name, object)
            return []
        } catch {
            return error.errors.filter { error in
                ![
                    "must be ", "must not be before", "is there twice", "must not be below", "must not be above",
                    "or /", "must not stand beside", "is set by the same command",
                ].contains { rule in
                    error.message.hasPrefix(rule)
                        && (rule != "must be " || error.pointer == "/total" && error.message.hasSuffix("add up to"))
                }
            }
        }
    }

    @Test func everyOrderMatchesItsSchema() throws {
        let catalog = SchemaCatalog()
        let schema = Order.schema(in: catalog)
        var checker = SchemaChecker(catalog)
        try Self.walk { order, _ in
            guard order.version.isMultiple(of: 7) else { return }
            for audience in Audience.allCases {
                let text = order.json(for: audience, role: .backend, position: "q5fz2mxa-1", recordedAt: at(1))
                let value = try JSONValue.parse(text)
                #expect(try checker.problem(value, schema) == nil)
            }
        }
        // Every described property stands in some order.
        #expect(checker.described(schema).subtracting(checker.met) == [])
    }

    @Test func everyEventMatchesItsSchema() throws {
        let catalog = SchemaCatalog()
        let contents = Dictionary(uniqueKeysWithValues: EventType.allCases.map { ($0, $0.contents(in: catalog)) })
        var checker = SchemaChecker(catalog)
        try Self.walk { _, event in
            let described = try #require(contents[event.type])
            let texts = event.encode()
            let inside = try JSONValue.parse(texts.internal)
            guard let data = texts.data else {
                let hidden = try #require(described.hidden)
                #expect(try checker.problem(inside, hidden) == nil)
                return
            }
            let (shown, more) = (try #require(described.data), try #require(described.internal))
            let value = try JSONValue.parse(data)
            #expect(try checker.problem(value, shown) == nil)
            #expect(try checker.problem(inside, more) == nil)
        }
    }

    /// Visits every state and every event of random lives of orders.
    private static func walk(_ visit: (Order, OrderEvent) throws -> Void) throws {
        for seed in 0..<30 as Range<UInt64> {
            var generator = CommandGenerator(seed: seed)
            var order = Given([]).order
            for _ in 0..<120 {
                let (name, body) = generator.next(for: order)
                guard case .success(let events) = try Given(order).decided(try decode(name, body)) else { continue }
                for event in events {
                    _ = order.apply(event)
                    try visit(order, event)
                }
            }
        }
    }
}
