/// Keeps the facts of the database for some seconds, so that they cost the same however often they are asked for.
package actor DatabaseFactsCache {
    private let reader: LogReader
    private let lifetime: Duration
    private var facts: DatabaseFacts?
    private var refresh: (task: Task<Void, Never>, began: ContinuousClock.Instant)?

    /// - Parameter lifetime: the least time between two questions to the database.
    package init(reader: LogReader, lifetime: Duration = .seconds(10)) {
        self.reader = reader
        self.lifetime = lifetime
    }

    /// The last known facts. They are asked for anew where they are old; the caller waits only for the first ones, no
    /// longer than a read may take.
    ///
    /// - Returns: nil where the database has never told them.
    package func current() async -> DatabaseFacts? {
        if refresh.map({ .now - $0.began >= lifetime }) ?? true {
            refresh = (Task { await self.ask() }, .now)
        }
        if facts == nil { await refresh?.task.value }
        return facts
    }

    private func ask() async {
        // Without an answer the last facts stay, with the time at which they were true. /readyz tells the reason.
        guard let newer = try? await reader.databaseFacts() else { return }
        facts = newer
    }
}
