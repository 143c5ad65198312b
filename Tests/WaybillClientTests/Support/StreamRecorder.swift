import Synchronization
import WaybillClient

/// A recorder of a stream's events and of the changes of its connections.
final class StreamRecorder: Sendable {
    private let log = Mutex<[ConnectionChange]>([])
    private let received = Mutex(0)

    var changes: [ConnectionChange] { log.withLock { $0 } }

    /// The number of events so far.
    var eventCount: Int { received.withLock { $0 } }

    /// The reasons of lost connections and failed attempts.
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

    /// Returns the first events of a stream, `count` in number.
    func events(
        _ count: Int,
        of client: WaybillClient,
        _ request: StreamRequest = .feed()
    ) async throws -> [StreamEvent] {
        var events: [StreamEvent] = []
        for try await event in stream(client, request) {
            events.append(event)
            received.withLock { $0 += 1 }
            if events.count == count { break }
        }
        return events
    }
}
