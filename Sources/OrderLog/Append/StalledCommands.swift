import Logging
import Postgres

/// Answers commands that wait behind a batch that is kept, and that the log has accepted before: in an attempt whose
/// connection was given up, or for an earlier request of the client.
struct StalledCommands {
    /// The time before their refusal at which commands are looked up.
    static let lead: Duration = .milliseconds(400)
    /// The time for each step of the look-up.
    private static let timeout: Duration = .milliseconds(300)

    private let lookUp: AcceptedLookUp
    private let logger: Logger
    private var connection: KeptConnection

    /// - Parameters:
    ///   - configuration: the appender's.
    ///   - watch: knows which answers may be given; nil where all may be.
    init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        filter: CommandIdFilterCache,
        watch: StandbyWatch?,
        logger: Logger
    ) {
        lookUp = AcceptedLookUp(registry: registry, filter: filter, watch: watch, timeout: Self.timeout)
        connection = KeptConnection(configuration, name: "waybill look-up", timeout: Self.timeout, logger: logger)
        self.logger = logger
    }

    /// Answers those of the entries that the log has.
    ///
    /// - Parameter attemptedAfter: the log's last event before an attempt to commit the entries, which has accepted
    ///   those that are found after it; nil without such an attempt.
    mutating func answer(_ entries: [AppendQueue.Entry], attemptedAfter: Int64?) async {
        let waiting = entries.filter { entry in
            !entry.isBulk && !entry.pendingReceipt.isAnswered && (attemptedAfter != nil || entry.mayBeKnown)
        }
        guard !waiting.isEmpty else { return }
        do {
            let receipts = try await lookUp.receipts(of: waiting.map(\.submission), on: connection.open())
            for case (let entry, var receipt?) in zip(waiting, receipts) {
                receipt.replayed = !((entry.attemptedAfter ?? attemptedAfter).map(receipt.mayBeNewer) ?? false)
                entry.pendingReceipt.complete(with: .success(receipt))
            }
        } catch {
            logger.debug("waiting commands could not be looked up", metadata: ["error": "\(error)"])
            await close()
        }
    }

    mutating func close() async {
        await connection.close()
    }
}
