import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Telemetry

/// Sends spans to an OpenTelemetry collector by OTLP/HTTP with JSON.
///
/// Spans wait in a bounded queue and go in batches. A batch that the collector cannot take is sent again for a minute,
/// with growing pauses or those that the collector asks for. One line of the log tells that the collector takes
/// nothing, and one that it does again. At shutdown what waits is sent within two seconds.
package final class OTLPExporter: Service {
    /// The result of one attempt, where there was an answer or none.
    private enum Attempt {
        case answered(CollectorAnswer)
        case failed(any Error)
    }

    /// The time for which a batch is tried.
    private static let patience: Duration = .seconds(60)
    /// The time for what waits at shutdown.
    private static let flushTime: Duration = .seconds(2)
    private static let longestAnswer = 64 << 10

    package let tracer: OTLPTracer
    package let metrics: SpanMetrics
    private let queue: SpanQueue
    private let settings: OTLPSettings
    private let configuration: HTTPClient.Configuration
    private let envelope: (head: [UInt8], tail: [UInt8])
    private let logger: Logger
    private let errorText: @Sendable (any Error) -> String

    /// - Parameter errorText: tells an error of the connection in words.
    /// - Throws: `OTLPSettingsError` where the file of authorities cannot be used.
    package init(
        _ settings: OTLPSettings,
        logger: Logger,
        errorText: @escaping @Sendable (any Error) -> String = { "\($0)" }
    ) throws(OTLPSettingsError) {
        queue = SpanQueue()
        tracer = OTLPTracer(sampler: settings.sampler, queue: queue)
        metrics = SpanMetrics(queue)
        // A redirect could carry the header fields elsewhere.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = TimeAmount(min(settings.timeout, .seconds(5)))
        configuration.tracing.tracer = nil
        if let file = settings.caFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            guard let roots = try? NIOSSLCertificate.fromPEMFile(file) else {
                throw OTLPSettingsError(
                    variable: "OTEL_EXPORTER_OTLP_CERTIFICATE",
                    reason: "the file cannot be read, or holds no certificates in PEM"
                )
            }
            tls.trustRoots = .certificates(roots)
            configuration.tlsConfiguration = tls
        }
        self.configuration = configuration
        envelope = SpanEncoder.envelope(of: settings.resource, version: BuildInfo.version)
        self.settings = settings
        self.logger = logger
        self.errorText = errorText
    }

    package func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var health = await withTaskGroup(of: CollectorHealth?.self) { group in
            group.addTask { await self.exportUntilCancelled(by: client) }
            group.addTask { await self.wakeAfterEachDelay() }
            // Cancellation ends the wait, too.
            try? await gracefulShutdown()
            group.cancelAll()
            return await group.reduce(CollectorHealth()) { $1 ?? $0 }
        }
        queue.close()
        await flush(by: client, &health)
        queue.removeAll()
        try? await client.shutdown()
    }

    private func exportUntilCancelled(by client: HTTPClient) async -> CollectorHealth {
        var health = CollectorHealth()
        for await _ in queue.wakes {
            while !Task.isCancelled, let batch = queue.take() { await export(batch, by: client, &health) }
        }
        return health
    }

    private func wakeAfterEachDelay() async -> CollectorHealth? {
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: settings.delay)
            queue.wake()
        }
        return nil
    }

    /// Sends a batch until the collector has it, refuses it, or the batch is too old. A cancelled export puts it back.
    private func export(_ batch: SpanQueue.Batch, by client: HTTPClient, _ health: inout CollectorHealth) async {
        let deadline = ContinuousClock.now + Self.patience
        var isExpired = false
        while !isExpired {
            let attempt = await attempt(batch, by: client, within: settings.timeout)
            if Task.isCancelled, !Self.isTaken(attempt) { return queue.putBack(batch) }
            guard let asked = settle(batch, attempt, &health) else { return }
            isExpired = .now >= deadline
            if isExpired {
                metrics.expired.increment(by: UInt64(batch.count))
                queue.release(batch)
            }
            do {
                // The next batch waits as well.
                try await Task.sleep(for: health.pause(asked: asked, random: .random(in: 0..<1)))
            } catch {
                return isExpired ? () : queue.putBack(batch)
            }
        }
    }

    /// Sends what waits, each batch once, until one fails or the time is over.
    private func flush(by client: HTTPClient, _ health: inout CollectorHealth) async {
        let deadline = ContinuousClock.now + Self.flushTime
        while let batch = queue.take() {
            let left = deadline - .now
            guard left > .zero else { return queue.putBack(batch) }
            let attempt = await attempt(batch, by: client, within: min(left, settings.timeout))
            if settle(batch, attempt, &health) != nil { return queue.putBack(batch) }
        }
    }

    /// Counts a batch that is done with and gives its room free, and writes the lines of the log.
    ///
    /// - Returns: the pause that the collector asks for, or none, where the batch is to be sent again; nil where it is
    ///   done with.
    private func settle(_ batch: SpanQueue.Batch, _ attempt: Attempt, _ health: inout CollectorHealth) -> Duration? {
        switch attempt {
        case .answered(.taken(let rejected)):
            let rejected = min(rejected, batch.count)
            metrics.sent.increment(by: UInt64(batch.count - rejected))
            metrics.refused.increment(by: UInt64(rejected))
            if let seconds = health.succeeded(at: .now) {
                logger.notice(
                    "recovered: the collector takes spans again",
                    metadata: ["endpoint": "\(place)", "seconds": "\(seconds)", "dropped": "\(lost)"]
                )
            }
        case .answered(.refused(let status)):
            metrics.refused.increment(by: UInt64(batch.count))
            warn(&health, "the collector refuses spans, which are lost; check its address and header fields") {
                "it answered \(status)"
            }
        case .answered(.busy(let status, let retryAfter)):
            warn(&health) { "it answered \(status)" }
            return retryAfter ?? .zero
        case .failed(let error):
            if !Task.isCancelled { warn(&health) { errorText(error) } }
            return .zero
        }
        queue.release(batch)
        return nil
    }

    /// Writes the first line of an episode.
    private func warn(
        _ health: inout CollectorHealth,
        _ message: Logger.Message = "the collector takes no spans; they wait, and are dropped beyond 4 MiB or a minute",
        _ reason: () -> String
    ) {
        guard health.failed(at: .now) else { return }
        logger.warning(message, metadata: ["endpoint": "\(place)", "error": "\(reason())"])
    }

    /// The endpoint without its query, which may hold a secret.
    private var place: String { settings.endpoint.absoluteString.prefix { $0 != "?" }.description }

    /// The spans that did not reach the collector since the start.
    private var lost: UInt64 { metrics.overflowed.value + metrics.expired.value + metrics.refused.value }

    private func attempt(_ batch: SpanQueue.Batch, by client: HTTPClient, within limit: Duration) async -> Attempt {
        do {
            return .answered(
                try await withThrowingTaskGroup(of: CollectorAnswer.self) { group in
                    group.addTask { try await self.send(batch, by: client, within: limit) }
                    // The client's own deadline ends with the answer's head.
                    group.addTask {
                        try await Task.sleep(for: limit)
                        throw HTTPClientError.deadlineExceeded
                    }
                    defer { group.cancelAll() }
                    guard let answer = try await group.next() else { throw CancellationError() }
                    return answer
                }
            )
        } catch {
            return .failed(error)
        }
    }

    private func send(
        _ batch: SpanQueue.Batch,
        by client: HTTPClient,
        within limit: Duration
    ) async throws -> CollectorAnswer {
        var request = HTTPClientRequest(url: settings.endpoint.absoluteString)
        request.method = .POST
        for field in settings.headers { request.headers.add(name: field.name, value: field.value) }
        request.headers.replaceOrAdd(name: "content-type", value: "application/json")
        request.headers.replaceOrAdd(name: "user-agent", value: "waybill/\(BuildInfo.version)")
        request.body = .bytes(ByteBuffer(bytes: envelope.head + batch.bytes + envelope.tail))
        let response = try await client.execute(request, deadline: .now() + TimeAmount(limit))
        // The status alone tells whether the spans were taken.
        let body = (try? await response.body.collect(upTo: Self.longestAnswer)) ?? ByteBuffer()
        return CollectorAnswer(response.status, response.headers, body: Array(body.readableBytesView))
    }

    private static func isTaken(_ attempt: Attempt) -> Bool {
        if case .answered(.taken) = attempt { true } else { false }
    }
}
