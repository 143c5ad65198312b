import TestSupport
import Testing
import WaybillClient

/// Streams whose client is told to reconnect, as an app does that comes back to the foreground.
///
/// Without the call each would wait for longer than the suite's limit, or than the 45 s of a silent connection.
@Suite(.timeLimit(.minutes(1))) struct SleepTests {
    private func frame(_ number: Int) -> String { "event: status\nid: e-\(number)\ndata: {}\n\n" }

    private func positions(_ events: [StreamEvent]) -> [String?] { events.map(\.frame.position) }

    @Test func deadConnectionIsReplacedAtOnce() async throws {
        let server = try ScriptedServer([
            .stream("retry: 600000\n\n" + frame(1), .hold), .stream("retry: 600000\n\n" + frame(2), .hold),
            .stream(frame(3), .hold),
        ])
        let client = try WaybillClient(url: server.url)
        let recorder = StreamRecorder()
        async let events = recorder.events(3, of: client)
        for count in 1...2 {
            #expect(try await eventually { recorder.eventCount == count })
            client.reconnect()
        }
        #expect(try await positions(events) == ["e-1", "e-2", "e-3"])
        #expect(server.values(of: "Last-Event-ID") == [nil, "e-1", "e-2"])
        #expect(Set(recorder.reasons) == ["the client was told to reconnect"])
        #expect(try await eventually { server.closedConnections == 3 })
    }

    @Test func receivedEventsComeBeforeTheNewConnection() async throws {
        let server = try ScriptedServer([
            .stream((1...50).map(frame).joined(), .hold),
            .stream(.hold) { id in ((id.flatMap { Int($0.dropFirst(2)) } ?? 0) + 1...60).map(frame).joined() },
        ])
        let client = try WaybillClient(url: server.url)
        var seen: [StreamEvent] = []
        for try await event in client.events(of: .feed()) {
            seen.append(event)
            if seen.count == 20 { client.reconnect() }
            if seen.count == 60 { break }
        }
        #expect(positions(seen) == (1...60).map { "e-\($0)" })
    }

    @Test func waitingStreamIsRequestedAtOnce() async throws {
        let server = try ScriptedServer([.stream("retry: 600000\n\n" + frame(1)), .stream(frame(2), .hold)])
        let client = try WaybillClient(url: server.url)
        let recorder = StreamRecorder()
        async let events = recorder.events(2, of: client)
        #expect(try await eventually { recorder.reasons == ["the stream ended"] })
        client.reconnect()
        #expect(try await positions(events) == ["e-1", "e-2"])
    }

    @Test func failedAttemptsNoLongerDelay() async throws {
        var settings = WaybillClient.Settings()
        settings.reconnectionTime = .seconds(600)
        settings.maximumBackoff = .seconds(600)
        let server = try ScriptedServer([], isListening: false)
        let client = try WaybillClient(url: server.url, settings: settings, tokenProvider: nil)
        let recorder = StreamRecorder()
        async let events = recorder.events(1, of: client)
        #expect(try await eventually { recorder.changes.count == 1 })
        server.serve([.stream(frame(1), .hold)])
        client.reconnect()
        #expect(try await positions(events) == ["e-1"])
    }

    @Test func requestWithoutAnAnswerIsMadeAgain() async throws {
        let server = try ScriptedServer([.silence, .stream(frame(1), .hold)])
        let client = try WaybillClient(url: server.url)
        let recorder = StreamRecorder()
        async let events = recorder.events(1, of: client)
        #expect(try await eventually { server.requests.count == 1 })
        client.reconnect()
        #expect(try await positions(events) == ["e-1"])
        #expect(recorder.reasons == ["the client was told to reconnect"])
    }

    @Test func streamsThatBeginLaterAreNotDisturbed() async throws {
        let server = try ScriptedServer([.stream(frame(1), .hold)])
        let client = try WaybillClient(url: server.url)
        client.reconnect()
        client.reconnect()
        let recorder = StreamRecorder()
        #expect(try await positions(recorder.events(1, of: client)) == ["e-1"])
        #expect(recorder.changes == [.opened(after: nil)])
    }
}
