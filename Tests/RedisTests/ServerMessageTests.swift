import Testing

@testable import Redis

/// The texts of servers' refusals as logs have them.
@Suite struct ServerMessageTests {
    @Test(arguments: [
        "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `hunter2`, ",
        "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2' ",
    ])
    func argumentsOfAnUnknownCommandAreLeftOut(message: String) {
        let text = ServerMessage.loggable(message)
        #expect(text.hasPrefix("ERR unknown command"))
        #expect(!text.contains("hunter2"))
    }

    @Test func longTextsAndControlCharactersDoNotReachLogs() {
        #expect(ServerMessage.loggable("ERR a\r\nb\u{1B}c") == "ERR a  b c")
        #expect(ServerMessage.loggable(String(repeating: "x", count: 5000)).count == 400)
        #expect(ServerMessage.loggable("MOVED 3999 10.0.0.2:7001") == "MOVED 3999 10.0.0.2:7001")
    }
}
