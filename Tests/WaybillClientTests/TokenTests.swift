import Synchronization
import Testing
import WaybillClient

@Suite(.timeLimit(.minutes(2))) struct TokenTests {
    private func tokens(_ server: ScriptedServer, _ count: Int) async throws -> [StreamEvent] {
        let asked = Mutex(0)
        let client = try WaybillClient(url: server.url, settings: .quick) {
            asked.withLock { count in
                count += 1
                return "token-\(count)"
            }
        }
        return try await StreamRecorder().events(count, of: client)
    }

    private static let event = ScriptedServer.Answer.stream("retry: 10\nevent: status\nid: e-1\ndata: {}\n\n")

    @Test func tokenIsKeptWhileItIsAccepted() async throws {
        let server = try ScriptedServer([Self.event, Self.event, Self.event])
        _ = try await tokens(server, 3)
        #expect(server.values(of: "Authorization") == Array(repeating: "Bearer token-1", count: 3))
    }

    @Test func expiredTokenIsReplaced() async throws {
        let bye = "retry: 10\nevent: bye\ndata: {\"reason\":\"tokenExpired\"}\n\n"
        let server = try ScriptedServer([Self.event, .stream(bye), Self.event])
        _ = try await tokens(server, 3)
        #expect(server.values(of: "Authorization") == ["Bearer token-1", "Bearer token-1", "Bearer token-2"])
        #expect(server.values(of: "Last-Event-ID") == [nil, "e-1", "e-1"])
    }

    @Test func tokenThatWasAcceptedIsReplacedOn401() async throws {
        let server = try ScriptedServer([Self.event, .status("401 Unauthorized"), Self.event])
        _ = try await tokens(server, 2)
        #expect(server.values(of: "Authorization") == ["Bearer token-1", "Bearer token-1", "Bearer token-2"])
    }

    @Test func tokenThatWasNeverAcceptedEndsTheStreamOn401() async throws {
        for answers in [[ScriptedServer.Answer.status("401 No")], [Self.event, .status("401 No"), .status("401 No")]] {
            let server = try ScriptedServer(answers)
            let error = await #expect(throws: WaybillClientError.self) { try await tokens(server, 2) }
            #expect(error?.status == 401)
            #expect(server.requests.count == answers.count)
        }
    }

    @Test func errorOfTheTokenProviderEndsTheStream() async throws {
        struct NoToken: Error {}
        let client = try WaybillClient(url: "http://127.0.0.1:1", tokenProvider: { throw NoToken() })
        await #expect(throws: NoToken.self) { try await StreamRecorder().events(1, of: client) }
    }
}
