import TestSupport
import Testing
import WaybillClient

/// Streams from a scripted server, which ends and breaks connections as networks and services do.
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private func client(_ server: ScriptedServer, _ settings: WaybillClient.Settings = .quick) throws -> WaybillClient {
        try WaybillClient(url: server.url, settings: settings, tokenProvider: nil)
    }

    private func position(_ event: StreamEvent) -> String { event.frame.position ?? "" }

    @Test func endedStreamIsResumedAfterItsLastId() async throws {
        let server = try ScriptedServer([
            .stream("retry: 10\n\nevent: status\nid: e-1\ndata: {\"n\":1}\n\nid: e-5\n\n"),
            .stream("event: update\nid: e-6\ndata: {\"n\":2}\n\n", .hold),
        ])
        let recorder = StreamRecorder()
        let events = try await recorder.events(2, of: client(server))
        #expect(events.map(\.frame.data) == ["{\"n\":1}", "{\"n\":2}"])
        #expect(events.map(position) == ["e-1", "e-6"])
        #expect(server.values(of: "Last-Event-ID") == [nil, "e-5"])
        #expect(server.values(of: "Accept") == ["text/event-stream", "text/event-stream"])
        let lost = ConnectionChange.lost(reason: "the stream ended", after: "e-5", delay: .milliseconds(10))
        #expect(recorder.changes == [.opened(after: nil), lost, .opened(after: "e-5")])
    }

    /// A reset may discard bytes that were not read yet, a close does not. Neither leaves a gap, or half an event.
    @Test(arguments: [ScriptedServer.End.reset, .close])
    func brokenConnectionLosesAndRepeatsNoEvent(end: ScriptedServer.End) async throws {
        let frames = (1...200).map { "event: update\nid: e-\($0)\ndata: {\"n\":\($0)}\n\n" }
        let server = try ScriptedServer([
            .stream(frames[..<90].joined() + frames[90].dropLast(), end),
            .stream(.hold) { id in frames[(id.flatMap { Int($0.dropFirst(2)) } ?? 0)...].joined() },
        ])
        let events = try await StreamRecorder().events(200, of: client(server))
        #expect(events.map(position) == (1...200).map { "e-\($0)" })
        if end == .close { #expect(server.values(of: "Last-Event-ID") == [nil, "e-90"]) }
    }

    @Test func startPositionIsSentUntilTheStreamNamesAnId() async throws {
        let server = try ScriptedServer([
            .stream("retry: 10\n\n"), .stream(": nothing\n\n"), .stream("id: e-9\nevent: status\ndata: {}\n\n"),
            .stream("event: status\ndata: {}\n\n", .hold),
        ])
        var request = StreamRequest.feed()
        request.after = "e-3"
        let events = try await StreamRecorder().events(2, of: client(server), request)
        #expect(events.map(position) == ["e-9", "e-9"])
        #expect(server.values(of: "Last-Event-ID") == [nil, nil, nil, "e-9"])
        #expect(server.requests.allSatisfy { $0.hasPrefix("GET /v1/stream?after=e-3 ") })
    }

    @Test func clientWaitsForAServiceThatIsAway() async throws {
        let server = try ScriptedServer([], isListening: false)
        let recorder = StreamRecorder()
        let client = try client(server)
        async let events = recorder.events(1, of: client)
        #expect(try await eventually { recorder.changes.count >= 3 })
        #expect(recorder.reasons.allSatisfy { $0.contains("Connection refused") })
        server.serve([.stream("event: status\nid: e-1\ndata: {}\n\n", .hold)])
        #expect(try await events.map(position) == ["e-1"])
    }

    @Test func silentConnectionIsReplaced() async throws {
        var settings = WaybillClient.Settings.quick
        settings.idleTimeout = .milliseconds(200)
        let server = try ScriptedServer([
            .stream("event: status\nid: e-1\ndata: {}\n\n", .hold), .silence,
            .stream("event: status\nid: e-2\ndata: {}\n\n", .hold),
        ])
        let recorder = StreamRecorder()
        let events = try await recorder.events(2, of: client(server, settings))
        #expect(events.map(position) == ["e-1", "e-2"])
        #expect(server.values(of: "Last-Event-ID") == [nil, "e-1", "e-1"])
        #expect(recorder.reasons == ["nothing came for 0.2 seconds", "nothing came for 0.2 seconds"])
    }

    @Test func byeIsReturnedAndTheClientReconnects() async throws {
        let server = try ScriptedServer([
            .stream("id: e-4\n\nretry: 10\nevent: bye\ndata: {\"reason\":\"shutdown\"}\n\n", .hold),
            .stream("event: reset\ndata: {\"reason\":\"forked\",\"position\":\"e-2\"}\n\nid: e-2\n\n", .hold),
        ])
        let recorder = StreamRecorder()
        let events = try await recorder.events(2, of: client(server))
        #expect(events[0] == .bye(reason: "shutdown", events[0].frame))
        #expect(events[1] == .reset(reason: "forked", events[1].frame))
        #expect(events[1].frame.data == "{\"reason\":\"forked\",\"position\":\"e-2\"}")
        #expect(recorder.changes == [.opened(after: nil), .opened(after: "e-4")])
        #expect(try await eventually { server.closedConnections == 2 })
    }

    @Test func plainStreamsHaveTheSameEvents() async throws {
        let frames = [
            #"data: {"type":"snapshot","orderId":"o"}"#, #"data: {"type":"OrderPlaced","status":"placed"}"#,
            #"data: {"type":"OrderHeld","statusBefore":"placed","status":"onHold"}"#,
            #"data: {"type":"NoteAdded","statusBefore":"onHold","status":"onHold"}"#,
            #"data: {"type":"reset","reason":"ahead","position":"e-1"}"#, #"data: {"type":"bye","reason":"slow"}"#,
        ]
        let server = try ScriptedServer([.stream(frames.map { $0 + "\n\n" }.joined(), .hold)])
        var request = StreamRequest.order("o")
        request.isPlain = true
        let events = try await StreamRecorder().events(6, of: client(server), request)
        let frame = { (index: Int) in events[index].frame }
        let kinds: [StreamEvent] = [
            .snapshot(frame(0)), .status(frame(1)), .status(frame(2)), .update(frame(3)),
            .reset(reason: "ahead", frame(4)), .bye(reason: "slow", frame(5)),
        ]
        #expect(events == kinds)
        #expect(server.requests[0].hasPrefix("GET /v1/orders/o/stream?plain=true "))
    }

    @Test func unknownKindsOfFramesAreSkipped() async throws {
        let server = try ScriptedServer([
            .stream("event: weather\nid: e-1\ndata: sunny\n\nevent: status\ndata: {}\n\n", .hold)
        ])
        #expect(try await StreamRecorder().events(1, of: client(server)).map(position) == ["e-1"])
    }

    @Test func streamsOfAClientDoNotWaitForEachOther() async throws {
        let server = try ScriptedServer((1...40).map { .stream("event: status\nid: e-\($0)\ndata: {}\n\n", .hold) })
        let client = try client(server)
        let all = try await withThrowingTaskGroup(of: String.self) { group in
            let (open, continuation) = AsyncStream.makeStream(of: Void.self)
            for _ in 1...40 {
                group.addTask {
                    var iterator = client.events(of: .feed()).makeAsyncIterator()
                    let event = try #require(try await iterator.next())
                    // Keeps the stream open until all are open.
                    for await _ in open {}
                    return event.frame.position ?? ""
                }
            }
            #expect(try await eventually { server.requests.count == 40 })
            continuation.finish()
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(all.count == 40)
        #expect(try await eventually { server.closedConnections == 40 })
    }
}
