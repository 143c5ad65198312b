package import Logging
import NIOCore
package import OrderLog
import Primitives
package import Redis
import ServiceLifecycle
import Synchronization

/// Publishes the log's events to Redis, each batch once, while this process leads, and answers the questions of edges
/// for the log's head. While another process leads, it tries Redis now and then, so that a wrong password is found
/// before this process leads.
///
/// Nobody waits for it: what Redis does not take is dropped. Redis may lose messages too; an edge sees the gap, and
/// reads the log.
package final class EventRelay: Service {
    private let queue: RelayQueue
    private let publisher: RedisPublisher
    private let configuration: RedisConfiguration
    private let codec: RelayCodec
    private let reader: LogReader
    private let metrics: RelayMetrics
    private let logger: Logger
    private let isLeader: @Sendable () -> Bool
    private let keptProof = KeptProof()

    /// The time from one heartbeat to the next.
    private static let heartbeat: Duration = .seconds(1)
    /// The time from one look at Redis to the next while another process leads.
    private static let lookInterval: Duration = .seconds(60)

    /// - Parameters:
    ///   - queue: gets the events of the process's own tail.
    ///   - reader: reads the log's head for answers.
    ///   - isLeader: tells whether this process publishes.
    package init(
        queue: RelayQueue,
        configuration: RedisConfiguration,
        codec: RelayCodec,
        reader: LogReader,
        metrics: RelayMetrics,
        logger: Logger,
        isLeader: @escaping @Sendable () -> Bool
    ) {
        self.queue = queue
        self.configuration = configuration
        self.codec = codec
        self.reader = reader
        self.metrics = metrics
        self.logger = logger
        self.isLeader = isLeader
        publisher = RedisPublisher(configuration: configuration)
    }

    /// Publishes until graceful shutdown or cancellation.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.tick() }
                group.addTask { await self.answer() }
                await publish()
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.queue.wakeSignal.close()
            // Servers that do not answer would hold the end up.
            Task { await self.publisher.close() }
        }
    }

    private func tick() async {
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: Self.heartbeat)
            queue.wakeSignal.wake()
        }
    }

    // MARK: Publishing

    private func publish() async {
        var outage = ConnectionOutage(
            lost: "Redis takes no messages; edges read the log from the database, and publishing is tried again",
            over: "over: Redis takes messages again",
            logger: logger
        )
        var restingOutage = ConnectionOutage(
            lost: """
                this server does not reach Redis: it would publish nothing if it led; trying again each minute, while \
                another server leads
                """,
            over: "over: this server reaches Redis",
            logger: logger
        )
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(2))
        var lastHeartbeat: ContinuousClock.Instant?
        var lastLook: ContinuousClock.Instant?
        while await queue.wakeSignal.wait() {
            guard isLeader() else {
                lastHeartbeat = nil
                metrics.rests()
                if lastLook.map({ .now - $0 >= Self.lookInterval }) ?? true {
                    lastLook = .now
                    await look(&restingOutage)
                }
                continue
            }
            guard let channels = RelayChannels(queue.history) else { continue }
            do {
                while let batch = queue.next() {
                    try await publish(batch, on: channels)
                    outage.ended()
                    restingOutage.ended()
                }
                if lastHeartbeat.map({ .now - $0 >= Self.heartbeat * 0.9 }) ?? true, let known = queue.published {
                    try await send(.heartbeat, head: known.head, known.history, on: channels.events)
                    lastHeartbeat = .now
                    outage.ended()
                    restingOutage.ended()
                }
                backoff.reset()
            } catch {
                metrics.failed(isFirst: outage.failed(error))
                let delay = backoff.next(random: .random(in: 0..<1))
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
                queue.wakeSignal.wake()
            }
        }
    }

    /// Looks whether Redis takes this server's login and answers.
    private func look(_ outage: inout ConnectionOutage) async {
        do throws(RedisError) {
            try await publisher.ping()
            metrics.looked(isReachable: true)
            outage.ended()
        } catch {
            guard queue.wakeSignal.isOpen else { return }
            metrics.looked(isReachable: false)
            _ = outage.failed(error)
        }
    }

    private func publish(_ batch: RelayQueue.Batch, on channels: RelayChannels) async throws(RedisError) {
        guard let last = batch.events.last else { return }
        let bytes: Int
        do throws(RedisError) {
            bytes = try await send(.batch(batch.events), head: last.seq, batch.history, on: channels.events)
        } catch {
            metrics.dropped(events: batch.events.count)
            throw error
        }
        metrics.published(events: batch.events.count, bytes: bytes)
    }

    /// - Returns: the bytes of the message.
    @discardableResult
    private func send(
        _ content: RelayMessage.Content,
        head: Int64,
        _ history: EpochTable,
        on channel: String
    ) async throws(RedisError) -> Int {
        let message = RelayMessage(
            history: keptProof.proof(of: history),
            head: head,
            sentAt: Int64(SystemClock.unixNanoseconds() / 1000),
            content: content
        )
        let bytes = codec.encode(message)
        let began = ContinuousClock.now
        let count = try await publisher.publish(bytes, to: channel)
        metrics.took(in: .now - began, subscribers: count)
        return bytes.readableBytes
    }

    // MARK: Answers

    /// Answers questions, one at a time: those that came while the head was read are answered by the next read.
    private func answer() async {
        let asked = RelayQuestions()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(asked) }
            group.addTask {
                await withTaskCancellationHandler {
                    while await asked.wakeSignal.wait() { await self.answer(asked.take()) }
                } onCancel: {
                    asked.wakeSignal.close()
                }
            }
        }
    }

    private func listen(_ asked: RelayQuestions) async {
        while !Task.isCancelled {
            guard let channels = RelayChannels(queue.history) else {
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: .milliseconds(200))
                continue
            }
            let subscriber = RedisSubscriber(configuration: configuration, channel: channels.questions)
            await subscriber.run { [codec] event in
                guard case .message(let bytes) = event else { return }
                do throws(RelayMessageError) {
                    if case .question(let nonce) = try codec.decode(bytes).content { asked.add(nonce) }
                } catch {
                    // Somebody else's message: the publisher's own outages are told already.
                }
            }
        }
    }

    private func answer(_ nonces: [UInt64]) async {
        guard !nonces.isEmpty, isLeader(), let channels = RelayChannels(queue.history) else { return }
        do {
            // Read after the questions came: an answer is no older than its question.
            let head = try await reader.tellableHead()
            for nonce in nonces {
                try await send(.answer(nonce: nonce), head: head.position.seq, head.history, on: channels.events)
                metrics.answered()
            }
        } catch {
            logger.debug("a question of an edge was not answered", metadata: ["error": "\(error)"])
        }
    }
}

/// The questions that wait for an answer.
private final class RelayQuestions: Sendable {
    let wakeSignal = WakeSignal()
    private let nonces = Mutex<[UInt64]>([])

    /// Questions beyond these wait in vain: their edges ask again.
    private static let limit = 1000

    func add(_ nonce: UInt64) {
        nonces.withLock { nonces in
            if nonces.count < Self.limit { nonces.append(nonce) }
        }
        wakeSignal.wake()
    }

    func take() -> [UInt64] {
        nonces.withLock { nonces in
            defer { nonces = [] }
            return nonces
        }
    }
}
