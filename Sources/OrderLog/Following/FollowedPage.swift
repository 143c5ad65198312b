package import Postgres

/// A page of the log as a server tells it that may be a replica: the events after a place, the history and the head.
package struct FollowedPage: Sendable {
    package let events: [LoggedEvent]
    /// The history of the server, no older than the events.
    package let history: EpochTable
    /// The last event that the server has.
    package let head: Int64
    /// More events may follow.
    package let isCut: Bool

    package init(events: [LoggedEvent], history: EpochTable, head: Int64, isCut: Bool) {
        self.events = events
        self.history = history
        self.head = head
        self.isCut = isCut
    }

    /// The most events, and the most bytes of their texts, about.
    private static let (countLimit, byteLimit) = (500, 2 << 20)

    /// Reads a page.
    ///
    /// - Parameter seq: the event before the first one wanted.
    package static func read(
        after seq: Int64,
        on connection: PostgresConnection,
        registry: EpochRegistry
    ) async throws -> FollowedPage {
        let results = try await connection.pipeline(
            [
                PostgresQuery(
                    LoggedEvent.page(
                        of: "select * from events where seq > $1 order by seq limit \(countLimit)",
                        byteLimit: byteLimit
                    ),
                    [seq]
                ),
                PostgresQuery(LogHead.selectSeq),
                EpochStore.newer.query(after: connection.history.newestOrdinal),
            ],
            timeout: LogConnection.readTimeout
        )
        let (events, isCut) = try LoggedEvent.decodePage(results[0])
        let head = try LogHead.decodeSeq(results[1])
        let history = try connection.addEpochs(results[2], registry: registry)
        return FollowedPage(
            events: events,
            history: history,
            head: head,
            isCut: isCut || events.count == countLimit
        )
    }
}
