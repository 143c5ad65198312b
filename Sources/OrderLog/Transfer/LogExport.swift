import Orders
package import Postgres
import StrictJSON

/// Reads the log as lines of NDJSON, each an event as staff read it from the API.
package struct LogExport: Sendable {
    private let connection: PostgresConnection
    /// The most events in one read, whose texts are bounded in bytes too. Each read is a snapshot of its own, so that
    /// pruning of the hot rows goes on meanwhile.
    private let block: Int64 = 1000

    /// - Parameter connection: acts as the writer role; nothing is written, not even an epoch opened.
    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// The last event, as a position.
    package func head() async throws -> LogPosition {
        try await table().position(of: headSeq())
    }

    /// Writes every event after a position, up to the head at the time of the call, within a seal (``ExportSeal``).
    ///
    /// - Parameters:
    ///   - after: nil for the beginning.
    ///   - write: gets whole lines, many at once.
    /// - Returns: how many events were written.
    /// - Throws: `LogTransferError` for a position that the log does not have.
    @discardableResult
    package func run(after: LogPosition?, write: ([UInt8]) async throws -> Void) async throws -> Int64 {
        let epochs = try await table()
        let head = try await headSeq()
        var cursor: Int64 = 0
        if let after {
            guard case .good(let seq) = epochs.check(after, head: head) else {
                throw LogTransferError("the log does not have the position \(after)")
            }
            cursor = seq
        }
        let first = cursor
        var seal = ExportSeal()
        try await write(ExportSeal.begin)
        while cursor < head {
            let through = min(cursor + block, head)
            let rows = try await connection.query(
                LoggedEvent.page(of: "select * from events where seq > $1 and seq <= $2 order by seq"),
                [cursor, through]
            )
            var lines: [UInt8] = []
            let (events, isCut) = try LoggedEvent.decodePage(rows)
            for event in events {
                let line = event.exportLine(epochs.position(of: event.seq))
                seal.add(line)
                lines += line
            }
            try await write(lines)
            cursor = isCut ? events.last?.seq ?? through : through
        }
        try await write(seal.end)
        return head - first
    }

    private func table() async throws -> EpochTable {
        try await EpochTable(EpochStore.load(connection, after: 0))
    }

    private func headSeq() async throws -> Int64 {
        try await LogHead.decodeSeq(connection.query(LogHead.selectSeq))
    }
}

extension LoggedEvent {
    /// The event as a line of an export.
    func exportLine(_ position: LogPosition, hiddenData: HiddenData = .emptyObject) -> [UInt8] {
        var writer = JSONWriter(reserving: 768)
        write(to: &writer, for: .staff, position: position.description, hiddenData: hiddenData)
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
