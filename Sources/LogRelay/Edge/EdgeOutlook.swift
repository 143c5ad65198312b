import NIOCore
package import OrderLog
import Postgres
import Primitives
package import Redis
import Synchronization

/// The knowledge that an edge has of the log's head beyond its replica: what Redis told, and what the leader answers
/// when it is asked. A position that the replica lacks is refused by somebody's word who must know, or not at all.
package final class EdgeOutlook: LogOutlook {
    /// The head by the leader's word.
    private struct Answer: Sendable {
        let history: HistoryProof
        let head: Int64
    }

    private let registry: EpochRegistry
    private let codec: RelayCodec
    private let publisher: RedisPublisher?
    private let metrics: EdgeMetrics
    private let answers = BatchingLoader<Void, Answer?>()
    private let questions = Mutex<[UInt64: OneShotPromise<Answer?>]>([:])
    private let ends = Mutex(Ends())
    private let keptProof = KeptProof()

    /// The ends of the log that the tail knows.
    private struct Ends {
        /// The last event that is known to exist, and the last one that the database had.
        var told: Int64 = 0
        var database: Int64 = 0
        /// The time since which the database lacks events; nil where it has all.
        var laggingSince: ContinuousClock.Instant?
    }

    /// The time for which a stream waits for events that the replica lacks.
    private static let streamPatience: Duration = .seconds(30)
    /// The time for an answer, and the time that a read waits for its replica.
    private static let (answerTimeout, replicaPatience): (Duration, Duration) = (.seconds(2), .seconds(2))

    /// - Parameter redis: nil for an edge without Redis.
    package init(registry: EpochRegistry, codec: RelayCodec, redis: RedisConfiguration?, metrics: EdgeMetrics) {
        self.registry = registry
        self.codec = codec
        self.metrics = metrics
        publisher = redis.map { RedisPublisher(configuration: $0) }
    }

    // MARK: Positions

    package func check(
        _ position: LogPosition,
        seen: Int64,
        database: () async throws -> DatabaseHead
    ) async throws -> PositionCheck {
        var failure: (any Error)?
        do {
            let head = try await database()
            let found = head.check(position)
            if head.isPrimary || Self.isFinal(found) { return found }
        } catch {
            failure = error
        }
        guard let found = try await checkByAnswer(position) else {
            // Nobody else knows: the replica may just not have it yet.
            if let found = try await wait(for: position, isFound: Self.isFinal, database) { return found }
            throw failure ?? PostgresError.replicaBehind
        }
        guard case .good = found, seen == 0 else { return found }
        // The answer to this request comes from the replica, which must have the position.
        guard let held = try await wait(for: position, isFound: Self.isGood, database) else {
            throw PostgresError.replicaBehind
        }
        return held
    }

    /// Looks again and again whether the replica knows a position.
    ///
    /// - Returns: nil where it does not in time.
    private func wait(
        for position: LogPosition,
        isFound: (PositionCheck) -> Bool,
        _ database: () async throws -> DatabaseHead
    ) async throws -> PositionCheck? {
        let deadline = ContinuousClock.now + Self.replicaPatience
        while ContinuousClock.now < deadline {
            let check = try await database().check(position)
            if isFound(check) { return check }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    package func waitForReplica(database: () async throws -> DatabaseHead) async throws -> Bool {
        let (told, known) = ends.withLock { ($0.told, $0.database) }
        guard told > known else { return false }
        let deadline = ContinuousClock.now + Self.replicaPatience
        while try await database().position.seq < told {
            guard ContinuousClock.now < deadline else { throw PostgresError.replicaBehind }
            try await Task.sleep(for: .milliseconds(50))
        }
        return true
    }

    /// Takes note of the ends of the log that the tail knows.
    func update(told: Int64, database: Int64, laggingSince: ContinuousClock.Instant?) {
        ends.withLock { $0 = Ends(told: told, database: database, laggingSince: laggingSince) }
    }

    /// True where the database has lacked events for so long that streams do not wait for them any longer.
    package var isReplicaStuck: Bool {
        ends.withLock { $0.laggingSince.map { .now - $0 > Self.streamPatience } ?? false }
    }

    private static func isGood(_ check: PositionCheck) -> Bool {
        if case .good = check { true } else { false }
    }

    /// A replica that lags knows no further events and no further epochs; what it knows is true.
    private static func isFinal(_ check: PositionCheck) -> Bool {
        switch check {
        case .good, .forked: true
        case .unknownEpoch, .ahead: false
        }
    }

    /// - Returns: nil where nobody answers.
    private func checkByAnswer(_ position: LogPosition) async throws -> PositionCheck? {
        guard
            let answer = try await answers.value(
                for: (),
                { callers in
                    let answer = await self.ask()
                    return callers.map { _ in answer }
                }
            )
        else { return nil }
        let known = registry.current
        guard answer.history.relation(to: known) == .same else { return nil }
        return known.check(position, head: answer.head)
    }

    // MARK: Questions

    private func ask() async -> Answer? {
        guard let publisher, let channels = RelayChannels(registry.current) else { return nil }
        let nonce = UInt64.random(in: .min ... .max)
        let promise = OneShotPromise<Answer?>()
        questions.withLock { $0[nonce] = promise }
        defer { questions.withLock { _ = $0.removeValue(forKey: nonce) } }
        let message = RelayMessage(
            history: keptProof.proof(of: registry.current),
            head: 0,
            sentAt: Int64(SystemClock.unixNanoseconds() / 1000),
            content: .question(nonce: nonce)
        )
        metrics.asked()
        let deadline = Task {
            // A cancelled sleep means that the answer came.
            try? await Task.sleep(for: Self.answerTimeout)
            promise.fulfill(nil)
        }
        defer { deadline.cancel() }
        // Beside the wait, whose deadline holds for a server that does not answer too.
        Task {
            do throws(RedisError) {
                try await publisher.publish(codec.encode(message), to: channels.questions)
            } catch {
                promise.fulfill(nil)
            }
        }
        return await promise.value()
    }

    /// Takes an answer, to whichever edge's question. That of another history's leader is left aside, since the right
    /// one may come after it.
    func take(answer message: RelayMessage, to nonce: UInt64) {
        guard message.history.relation(to: registry.current) == .same else { return }
        let promise = questions.withLock { $0[nonce] }
        promise?.fulfill(Answer(history: message.history, head: message.head))
    }

    package func close() async {
        await publisher?.close()
    }
}
