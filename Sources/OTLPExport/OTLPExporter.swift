import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import StrictJSON
import Synchronization
package import Telemetry

/// Sends ended spans to an OpenTelemetry collector by OTLP/HTTP with JSON. At most 8,192 wait, and each is sent once.
package final class OTLPExporter: Service {
    /// The share of traces, from 0 to 1, that are recorded where no caller decides.
    let share: Double
    let request: HTTPClient.Request
    private let delay: Duration
    private let resource: JSONValue
    private let logger: Logger
    private let waiting = Mutex<[JSONValue]>([])
    private let (sent, failed, dropped) = (Counter(), Counter(), Counter())

    /// - Returns: nil where the variables, which are OpenTelemetry's own, name no collector.
    package init?(_ variables: [String: String], logger: Logger) {
        let general = variables["OTEL_EXPORTER_OTLP_ENDPOINT"].map { $0 + ($0.hasSuffix("/") ? "" : "/") + "v1/traces" }
        guard let endpoint = variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? general else { return nil }
        guard var request = try? HTTPClient.Request(url: endpoint, method: .POST) else {
            logger.warning("traces are off: the address of the collector is not an http or https URL")
            return nil
        }
        for field in variables["OTEL_EXPORTER_OTLP_HEADERS", default: ""].split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let value = parts[1].removingPercentEncoding else { continue }
            request.headers.add(name: parts[0], value: value)
        }
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        self.request = request
        self.logger = logger
        share = variables["OTEL_TRACES_SAMPLER_ARG"].flatMap { Double($0) } ?? 1
        delay = .milliseconds(max(10, variables["OTEL_BSP_SCHEDULE_DELAY"].flatMap { Int32($0) } ?? 500))
        let service: JSONValue = ["stringValue": .string(variables["OTEL_SERVICE_NAME"] ?? "waybill")]
        let host: JSONValue = ["stringValue": .string(ProcessInfo.processInfo.hostName)]
        resource = ["attributes": [["key": "service.name", "value": service], ["key": "host.name", "value": host]]]
    }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        let help = "Spans that have ended: taken by the collector, not taken by it, or dropped since too many waited."
        for (outcome, counter) in [("sent", sent), ("failed", failed), ("dropped", dropped)] {
            try registry.counter("waybill_trace_spans_total", help: help, labels: ["outcome": outcome], counter)
        }
    }

    /// Queues a span in OTLP's form.
    func add(_ span: JSONValue) {
        waiting.withLock { $0.count < 8192 ? $0.append(span) : dropped.increment() }
    }

    func takeAll() -> [JSONValue] { waiting.withLock { exchange(&$0, with: []) } }

    package func run() async throws {
        // A redirect could carry the header fields elsewhere.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.tracing.tracer = nil
        configuration.timeout.connect = .seconds(1)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var isLast = false
        var isFailing = false
        while !isLast {
            // A shutdown ends the wait; what waits then goes last.
            try? await cancelWhenGracefulShutdown { [delay] in try await Task.sleep(for: delay) }
            isLast = Task.isShuttingDownGracefully || Task.isCancelled
            await send(takeAll(), by: client, &isFailing)
        }
        try await client.shutdown()
    }

    private func send(_ spans: [JSONValue], by client: HTTPClient, _ isFailing: inout Bool) async {
        guard !spans.isEmpty else { return }
        let scope: JSONValue = ["scope": ["name": "waybill"], "spans": .array(spans)]
        let document: JSONValue = ["resourceSpans": [["resource": resource, "scopeSpans": [scope]]]]
        var request = request
        request.body = .bytes(document.bytes)
        var failure: String?
        do {
            let answer = ResponseAccumulator(request: request, maxBodySize: 65_536)
            let task = client.execute(request: request, delegate: answer, deadline: .now() + .seconds(2))
            let status = try await task.get().status.code
            if status / 100 != 2 { failure = "it answered \(status)" }
        } catch {
            // The whole text may hold a header field.
            failure = (error as? HTTPClientError)?.shortDescription ?? "\(error)"
        }
        (failure == nil ? sent : failed).increment(by: UInt64(spans.count))
        if let failure, !isFailing {
            logger.warning("the collector takes no spans, which are lost", metadata: ["error": "\(failure)"])
        } else if failure == nil, isFailing {
            logger.notice("recovered: the collector takes spans again")
        }
        isFailing = failure != nil
    }
}
