import Synchronization
import WaybillClient

/// A stream's events and what became of its connections, gathered until enough has come.
final class Watched: Sendable {
    private let log = Mutex<[ConnectionChange]>([])

    var changes: [ConnectionChange] { log.withLock { $0 } }

    /// What was lost or failed, in words.
    var reasons: [String] {
        changes.compactMap { change in
            switch change {
            case .opened: nil
            case .lost(let reason, _, _), .failed(let reason, _): reason
            }
        }
    }

    func stream(_ client: WaybillClient, _ request: StreamRequest = .feed()) -> EventStream {
        client.events(of: request) { change in self.log.withLock { $0.append(change) } }
    }

    /// The first so many events.
    func events(
        _ count: Int,
        of client: WaybillClient,
        _ request: StreamRequest = .feed()
    ) async throws -> [StreamEvent] {
        var events: [StreamEvent] = []
        for try await event in stream(client, request) {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }
}

extension WaybillClient.Settings {
    /// Short pauses, so that tests come back at once.
    static var quick: WaybillClient.Settings {
        var settings = WaybillClient.Settings()
        settings.reconnectionTime = .milliseconds(10)
        settings.longestPause = .milliseconds(50)
        return settings
    }
}
