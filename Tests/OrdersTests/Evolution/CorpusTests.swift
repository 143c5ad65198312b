import Foundation
import StrictJSON
import Testing

@testable import Orders

/// Events as versions of this program have stored them, byte for byte: every later version reads and folds them to the
/// same order. A file is never changed; a new event type or a new layout adds a file.
@Suite struct CorpusTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    @Test func everyStoredEventStillFoldsToTheSameOrder() throws {
        var types: Set<String> = []
        try Self.writeRequestedFile()
        for line in try Self.lines() {
            var order = Given([]).order
            let life = try #require(JSONValue.parse(Array(line.utf8)).object)
            for event in life["events"]?.array ?? [] {
                let stored = try Self.read(event)
                let announced = try #require(OrderStatus(rawValue: event["status"]?.string ?? ""))
                order.replay(stored, announced: announced)
                types.insert(stored.type.rawValue)
                // Nothing is lost by reading: today's layout writes the same bytes again.
                guard stored.type.schema == event["schema"]?.integer.map(Int.init) else { continue }
                let texts = stored.encode()
                #expect(texts.data.map { String(decoding: $0, as: UTF8.self) } == event["data"]?.string)
                #expect(String(decoding: texts.internal, as: UTF8.self) == event["internal"]?.string)
            }
            let (now, recorded) = (Self.text(order), life["order"]?.string ?? "")
            let difference = CorpusComparison(now: try JSONValue.parse(Array(now.utf8))).difference(
                of: try JSONValue.parse(Array(recorded.utf8))
            )
            #expect(difference == nil)
            // A later version may take more commands in the same state, and none less; but money that was paid back
            // lets no parcel leave any more.
            let before = try Self.commands(recorded).subtracting([CommandName.dispatchParcel.rawValue])
            #expect(before.isSubset(of: try Self.commands(now)))
        }
        #expect(types == Set(EventType.allCases.map(\.rawValue)))
    }

    private static func read(_ event: JSONValue) throws -> OrderEvent {
        let occurredAt = try #require(Timestamp(rfc3339: event["occurredAt"]?.string ?? ""))
        return try OrderEvent(
            type: event["type"]?.string ?? "",
            schema: Int(event["schema"]?.integer ?? 0),
            occurredAt: occurredAt,
            number: "1001",
            shop: "aurora",
            customer: "c-1",
            data: event["data"]?.string.map { Array($0.utf8) },
            internal: Array((event["internal"]?.string ?? "").utf8)
        )
    }

    private static func commands(_ text: String) throws -> Set<String> {
        let order = try JSONValue.parse(Array(text.utf8))
        let commands = try #require(order["internal"]?["allowedCommands"]?.array)
        return Set(commands.compactMap(\.string))
    }

    /// Lives of orders that together have every event.
    private static func lives() throws -> [String] {
        var missing = Set(EventType.allCases)
        var lines: [String] = []
        for seed in 0..<40 as Range<UInt64> where !missing.isEmpty {
            let (order, events, types) = try life(seed)
            guard !missing.isDisjoint(with: types) else { continue }
            missing.subtract(types)
            let line: JSONValue = ["events": .array(events), "order": .string(text(order))]
            lines.append(String(decoding: line.bytes, as: UTF8.self))
        }
        return lines
    }

    private static func life(_ seed: UInt64) throws -> (Order, [JSONValue], Set<EventType>) {
        var generator = CommandGenerator(seed: seed)
        var order = Given([]).order
        var events: [JSONValue] = []
        var types: Set<EventType> = []
        for _ in 0..<120 {
            let (name, body) = generator.next(for: order)
            guard case .success(let decided) = try Given(order).decided(try decode(name, body)) else { continue }
            for event in decided {
                let status = order.apply(event).after
                let texts = event.encode()
                types.insert(event.type)
                var members: [(String, JSONValue)] = [
                    ("type", .string(event.type.rawValue)), ("schema", .integer(event.schema)),
                    ("occurredAt", .string(event.occurredAt.rfc3339)), ("status", .string(status.rawValue)),
                ]
                if let data = texts.data { members.append(("data", .string(String(decoding: data, as: UTF8.self)))) }
                members.append(("internal", .string(String(decoding: texts.internal, as: UTF8.self))))
                events.append(.members(members))
            }
        }
        return (order, events, types)
    }

    private static func text(_ order: Order) -> String {
        let json = order.json(for: .staff, role: .staff, position: "q5fz2mxa-1", recordedAt: at(0))
        return String(decoding: json, as: UTF8.self)
    }

    /// The lines of all files.
    private static func lines() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "ndjson" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    /// Writes the file that `WAYBILL_WRITE_CORPUS` names, once, for the version that adds an event type or a layout.
    private static func writeRequestedFile() throws {
        guard let name = ProcessInfo.processInfo.environment["WAYBILL_WRITE_CORPUS"] else { return }
        try Data((lives().joined(separator: "\n") + "\n").utf8).write(
            to: directory.appending(path: name),
            options: .withoutOverwriting
        )
    }
}
