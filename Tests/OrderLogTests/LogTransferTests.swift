import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct LogTransferTests {
    private func withConnection<R: Sendable>(
        _ log: TestLog,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        var configuration = log.database
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        let connection = try await PostgresConnection.connect(configuration, logger: log.logger)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        return try result.get()
    }

    private func export(_ log: TestLog, after: LogPosition? = nil) async throws -> [UInt8] {
        try await withConnection(log) { connection in
            var bytes: [UInt8] = []
            try await LogExport(connection: connection).run(after: after) { bytes += $0 }
            return bytes
        }
    }

    @discardableResult
    private func restore(
        _ bytes: [UInt8],
        into log: TestLog
    ) async throws -> (head: LogPosition, isSealed: Bool) {
        try await withConnection(log) { connection in
            try await LogImport.run(on: connection) { log in
                for line in bytes.split(separator: UInt8(ascii: "\n")) { try await log.add(Array(line)) }
            }
        }
    }

    private func openEpoch(_ log: TestLog) async throws {
        try await withConnection(log) { connection in
            try await connection.withTransaction { transaction in
                try await transaction.query("select seq from log_head for update")
                try await EpochStore.open(on: transaction)
            }
        }
    }

    /// An export of a log of three epochs, the middle one without events, with events that are hidden from customers.
    private func sample(_ log: TestLog) async throws -> [UInt8] {
        let orders = (0..<3).map { _ in UUID() }
        try await log.withAppender { appender in
            for order in orders {
                let place = Samples.place(customer: #"زبون 🎁 \u2028 \"x\" \\"#)
                _ = try await appender.submit(Samples.submission(.placeOrder, place, order: order))
            }
        }
        try await openEpoch(log)
        try await openEpoch(log)
        try await log.withAppender { appender in
            for order in orders {
                let note = #"{"text":"nur für uns 🤫","visibility":"staff"}"#
                _ = try await appender.submit(Samples.submission(.addNote, note, order: order))
                let hold = #"{"holdId":"h","reason":"fraud","note":"ümläut"}"#
                _ = try await appender.submit(Samples.submission(.holdOrder, hold, order: order))
            }
        }
        return try await export(log)
    }

    @Test func anImportThatWaitsForATableLetsTheHeadGo() async throws {
        let bytes = try await TestLog.with { log in
            try await log.withAppender { appender in
                for submission in try Samples.shipped(UUID(), number: "I1") {
                    _ = try await appender.submit(submission)
                }
            }
            return try await export(log)
        }
        try await TestLog.with { log in
            let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await holder.query("begin")
            try await holder.query("lock table tracking_numbers in share mode")
            let error = await #expect(throws: PostgresError.self) { try await restore(bytes, into: log) }
            #expect(error?.sqlState == "55P03")
            try await holder.query("rollback")
            await holder.close()
            #expect(try await restore(bytes, into: log).head.seq == 4)
        }
    }

    @Test func anImportedLogExportsTheSameBytes() async throws {
        let (bytes, states, head): ([UInt8], [String], LogPosition) = try await TestLog.with { log in
            let bytes = try await sample(log)
            return (bytes, try await orders(in: log), try await log.reader.head())
        }
        #expect(lines(bytes).count == 11)
        try await TestLog.with { log in
            // A service ran on this log before and opened an epoch, but appended nothing.
            _ = try await log.reader.head()
            let restored = try await restore(bytes, into: log)
            #expect(restored.head.seq == 9 && restored.isSealed)
            #expect(try await export(log) == bytes)
            #expect(try await orders(in: log) == states)
            #expect(try await log.reader.check(head) == .good(9))
            #expect(try await log.reader.check(LogPosition(epoch: head.epoch, seq: 10)) == .forked)
            let half = try await export(log, after: log.registry.current.position(of: 4))
            #expect(lines(half).dropFirst().dropLast() == lines(bytes)[5..<10])
            let next = try await log.withAppender { appender in
                try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
            }
            #expect(next.position.seq == 10)
            #expect(next.position.epoch != head.epoch)
        }
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func orders(in log: TestLog) async throws -> [String] {
        try await log.pool.query("select state || version || status || seq from order_states order by seq").map {
            try $0.get(0, as: String.self)
        }
    }

    @Test func anImportIntoALogWithEventsIsRefused() async throws {
        try await TestLog.with { log in
            let bytes = try await sample(log)
            await #expect(throws: LogTransferError.self) { try await restore(bytes, into: log) }
            #expect(try await export(log) == bytes)
        }
    }

    @Test func exportOfAnEarlierVersionHasNullInHiddenEvents() async throws {
        let bytes = try await TestLog.with { try await sample($0) }
        let today = Array(lines(bytes).dropFirst().dropLast())
        let earlier = today.map {
            $0.replacing(#""data":{},"internal":{"text""#, with: #""data":null,"internal":{"text""#)
        }
        #expect(zip(today, earlier).count { $0 != $1 } == 3)
        try await TestLog.with { log in
            try await restore(Array(earlier.map { $0 + "\n" }.joined().utf8), into: log)
            #expect(try await export(log) == bytes)
            let hidden = try await log.pool.query("select type from events where data is null order by seq")
            #expect(try hidden.map { try $0.get("type", as: String.self) } == ["NoteAdded", "NoteAdded", "NoteAdded"])
        }
    }

    @Test func importedParcelsAreFoundByTheirNumbers() async throws {
        let order = UUID()
        let bytes = try await TestLog.with { log in
            try await log.withAppender { appender in
                for submission in try Samples.shipped(order, number: "i 1") {
                    _ = try await appender.submit(submission)
                }
            }
            return try await export(log)
        }
        try await TestLog.with { log in
            try await restore(bytes, into: log)
            let receipt = try await log.withAppender { try await $0.submit(Samples.trackedScan("I1", scan: "s1")) }
            #expect(receipt.orderId == order)
        }
    }

    @Test func aBadFileImportsNothing() async throws {
        let bytes = try await TestLog.with { try await sample($0) }
        let sealed = lines(bytes)
        // The file that the version before would have written.
        let lines = Array(sealed.dropFirst().dropLast())
        func changed(_ index: Int, _ from: String, _ to: String) -> [String] {
            var lines = lines
            #expect(lines[index].contains(from))
            lines[index] = lines[index].replacing(from, with: to)
            return lines
        }
        let files: [(what: String, lines: [String])] = [
            ("nothing", []),
            ("a hole", Array(lines[..<4] + lines[5...])),
            ("a missing beginning", Array(lines[1...])),
            ("two events swapped", [lines[1], lines[0]] + lines[2...]),
            ("a version left out", changed(3, #""version":2"#, #""version":3"#)),
            ("an unknown type", changed(3, #""type":"NoteAdded""#, #""type":"NoteEaten""#)),
            ("an unknown status", changed(0, #""status":"placed""#, #""status":"lost""#)),
            ("another status before", changed(4, #""statusBefore":"placed""#, #""statusBefore":"preparing""#)),
            ("a cut line", Array(lines.dropLast()) + [String(lines[8].dropLast(5))]),
            ("another shop", changed(5, #""shop":"aurora""#, #""shop":"nordwind""#)),
            ("added white space", changed(2, #""version":1"#, #""version": 1"#)),
            (
                "an epoch that comes back",
                changed(8, String(lines[8].dropFirst(13).prefix(8)), "\(lines[0].dropFirst(13).prefix(8))")
            ),
            ("an export cut off at a line's end", Array(sealed[..<7])),
            ("an export without its last line", Array(sealed.dropLast())),
            ("an export without its first line", Array(sealed.dropFirst())),
            ("an export with one event less at its end", Array(sealed[..<9] + sealed[10...])),
        ]
        try await TestLog.with { (log: TestLog) async throws -> Void in
            for (what, lines) in files {
                await #expect(throws: LogTransferError.self, "\(what)") {
                    try await restore(Array(lines.joined(separator: "\n").utf8), into: log)
                }
                #expect(try await log.reader.head().seq == 0)
                #expect(try await orders(in: log).isEmpty)
            }
            let restored = try await restore(Array(lines.map { $0 + "\n" }.joined().utf8), into: log)
            #expect(restored.head.seq == 9 && !restored.isSealed)
        }
    }
}
