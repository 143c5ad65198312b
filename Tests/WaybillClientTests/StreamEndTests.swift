import TestSupport
import Testing
import WaybillClient

/// Ends of streams: errors that end a stream for good, and ends that the client wants.
@Suite(.timeLimit(.minutes(2))) struct StreamEndTests {
    private func failure(
        of answer: ScriptedServer.Answer,
        _ settings: WaybillClient.Settings = .quick
    ) async throws -> WaybillClientError? {
        let server = try ScriptedServer([answer])
        let client = try WaybillClient(url: server.url, settings: settings, tokenProvider: nil)
        var iterator = client.events(of: .feed()).makeAsyncIterator()
        let error = await #expect(throws: WaybillClientError.self) { try await iterator.next() }
        #expect(try await iterator.next() == nil)
        #expect(server.requests.count == 1)
        return error
    }

    @Test func refusalCarriesTheProblemDetail() async throws {
        let body = #"{"type":"urn:x:forbidden","title":"No","status":403,"code":"forbidden","detail":"Why."}"#
        let error = try await failure(of: .status("403 Forbidden", "application/problem+json; charset=utf-8", body))
        #expect(error?.code == .refused)
        #expect(error?.status == 403)
        #expect(error?.problem?.code == "forbidden")
        #expect(error?.problem?.detail == "Why.")
        #expect(error?.description == "the service refused the stream with 403 forbidden: Why.")
    }

    @Test(arguments: ["201 Created", "204 No Content", "404 Not Found", "429 Too Many", "500 Oh", "505 No"])
    func statusThatIsNoGatewaysEndsTheStream(line: String) async throws {
        let error = try await failure(of: .status(line, "text/html", line.hasPrefix("204") ? "" : "<p>"))
        #expect(error?.code == .refused)
        #expect(error?.status == Int(line.prefix(3)))
        #expect(error?.problem == nil)
    }

    @Test(arguments: ["text/html", "application/json", "text/event-stream2", ""])
    func responseOfAnotherTypeEndsTheStream(type: String) async throws {
        let error = try await failure(of: .stream("data: {}\n\n", type: type))
        #expect(error?.code == .unexpectedContentType)
        #expect(error?.status == 200)
    }

    @Test(arguments: ["Text/Event-Stream", "text/event-stream;charset=utf-8", "text/event-stream ; a=b"])
    func contentTypeIsReadWithoutCaseAndParameters(type: String) async throws {
        let server = try ScriptedServer([.stream("event: status\ndata: {}\n\n", .hold, type: type)])
        let client = try WaybillClient(url: server.url)
        #expect(try await StreamRecorder().events(1, of: client).count == 1)
    }

    @Test func tooLargeEventEndsTheStreamAfterThoseBeforeIt() async throws {
        var settings = WaybillClient.Settings.quick
        settings.maximumEventSize = 1000
        let large = String(repeating: "x", count: 2000)
        let server = try ScriptedServer([.stream("event: status\ndata: {}\n\nevent: status\ndata: \(large)", .hold)])
        let client = try WaybillClient(url: server.url, settings: settings, tokenProvider: nil)
        var iterator = client.events(of: .feed()).makeAsyncIterator()
        #expect(try await iterator.next() != nil)
        let error = await #expect(throws: WaybillClientError.self) { try await iterator.next() }
        #expect(error?.code == .eventTooLarge)
        #expect(try await eventually { server.closedConnections == 1 })
    }

    @Test func frameWithoutItsMembersEndsTheStream() async throws {
        let error = try await failure(of: .stream("event: reset\ndata: {}\n\n", .hold))
        #expect(error?.code == .unreadableFrame)
    }

    @Test(arguments: ["", "orders.example.com", "ftp://example.com", "http://", "http://a b", "http://a/?x=1"])
    func clientRefusesAnUnusableAddress(url: String) {
        let error = #expect(throws: WaybillClientError.self) { try WaybillClient(url: url) }
        #expect(error?.code == .unusableRequest)
    }

    @Test func tokenWithControlCharactersEndsTheStream() async throws {
        let client = try WaybillClient(url: "http://127.0.0.1:1", token: "a\r\nX: y")
        let error = await #expect(throws: WaybillClientError.self) { try await StreamRecorder().events(1, of: client) }
        #expect(error?.code == .unusableRequest)
        #expect(error?.description.contains("X: y") == false)
    }

    @Test func gatewayErrorsAreRetriedByDefault() async throws {
        let server = try ScriptedServer([
            .status("502 Bad Gateway"), .status("503 Away", "text/html", "<p>"), .status("504 Late"),
            .stream("event: status\ndata: {}\n\n", .hold),
        ])
        let recorder = StreamRecorder()
        let client = try WaybillClient(url: server.url, settings: .quick, tokenProvider: nil)
        #expect(try await recorder.events(1, of: client).count == 1)
        #expect(recorder.reasons == [502, 503, 504].map { "the service answered \($0)" })
    }

    @Test func gatewayErrorEndsTheStreamWhereTheSettingsSaySo() async throws {
        let server = try ScriptedServer([.status("502 Bad Gateway")])
        var settings = WaybillClient.Settings.quick
        settings.retriesGatewayErrors = false
        let client = try WaybillClient(url: server.url, settings: settings, tokenProvider: nil)
        let error = await #expect(throws: WaybillClientError.self) { try await StreamRecorder().events(1, of: client) }
        #expect(error?.status == 502)
    }

    /// Cancels a task that reads, one that waits to reconnect, and one that waits for a response.
    @Test(arguments: [
        (ScriptedServer.Answer.stream("event: status\ndata: {}\n\n", .hold), 1), (.stream("retry: 60000\n\n"), 2),
        (.silence, 0),
    ])
    func cancelledTaskEndsAtOnce(answer: ScriptedServer.Answer, changes: Int) async throws {
        let server = try ScriptedServer([answer])
        let client = try WaybillClient(url: server.url)
        let recorder = StreamRecorder()
        let task = Task {
            for try await _ in recorder.stream(client) {}
        }
        #expect(try await eventually { server.requests.count == 1 && recorder.changes.count == changes })
        let began = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Without the cancellation each of them would wait for 30 s at least.
        #expect(.now - began < .seconds(20))
        if answer.end == .hold { #expect(try await eventually { server.closedConnections == 1 }) }
        #expect(recorder.changes.count == changes)
    }

    @Test func leavingTheLoopClosesTheConnection() async throws {
        let server = try ScriptedServer([.stream("event: status\ndata: {}\n\n", .hold)])
        let client = try WaybillClient(url: server.url)
        for try await _ in client.events(of: .feed()) { break }
        #expect(try await eventually { server.closedConnections == 1 })
    }
}
