import Foundation
import Logging
import OrderLog
import Orders
import TestSupport

@testable import EventStreams

/// A hub with one lane, and a log that the test writes.
struct LaneBench: Sendable {
    let hub: StreamHub
    let log: WrittenLog

    static let everything = view()

    static func view(
        order: UUID? = nil,
        audience: Audience = .staff,
        plain: Bool = false,
        _ change: (inout StreamFilter) -> Void = { _ in }
    ) -> StreamView {
        var filter = StreamFilter(orderId: order, scope: .everything)
        change(&filter)
        return StreamView(filter: filter, audience: audience, role: .staff, plain: plain)
    }

    static func with<R: Sendable>(
        recentBytes: Int = 1 << 20,
        _ change: (inout StreamHub.Settings) -> Void = { _ in },
        _ body: @Sendable (LaneBench) async throws -> R
    ) async throws -> R {
        var settings = StreamHub.Settings()
        settings.lanes = 1
        settings.recentEventsBytes = recentBytes
        change(&settings)
        var logger = Logger(label: "lanes")
        logger.logLevel = .critical
        let log = WrittenLog()
        let hub = StreamHub(positionEncoder: Frames.positionEncoder, settings: settings, logger: logger) {
            log.reader(for: $0)
        }
        hub.begin(after: 0, in: WrittenLog.histories[0])
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            let result = try await body(LaneBench(hub: hub, log: log))
            group.cancelAll()
            return result
        }
    }

    /// Appends to the log and tells the hub.
    func publish(_ count: Int, text: String = "{}") {
        let events = log.append(count, text)
        hub.publish(events, in: log.history)
    }

    func fork(after seq: Int64) {
        log.fork(after: seq)
        hub.fork(after: seq, to: log.history)
    }

    /// Opens a stream on the lane.
    func open(
        _ view: StreamView = everything,
        after cursor: Int64,
        shown: Int64? = nil,
        knownForks: Int = 0,
        expires: ContinuousClock.Instant? = nil,
        grants: [StreamGrant] = [],
        unsent: [UInt8] = [],
        receiveBuffer: Int32 = 32 * 1024,
        secure: SecureSockets? = nil
    ) async throws -> LaneClient {
        let (client, other) = try LaneClient.pair(receiveBuffer: receiveBuffer)
        let transport = try await secure?.transport(between: client, and: other) ?? .socket(other)
        let expiry = expires.map { StreamExpiry(tokenEnds: $0, now: .now, maximumAge: .seconds(3600), jitter: 0) }
        let point = HandoffPoint(
            cursor: cursor,
            shown: shown,
            knownForks: knownForks,
            expiry: expiry,
            grants: grants,
            place: try hub.admit()
        )
        // The lane's thread starts with the hub's service.
        let isAdopted = try await eventually { hub.adopt(transport, showing: view, at: point, unsent: unsent) }
        guard isAdopted else { throw NoLane() }
        return client
    }

    struct NoLane: Error {}
}
