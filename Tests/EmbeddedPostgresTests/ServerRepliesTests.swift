import Testing

@testable import EmbeddedPostgres

@Suite struct ServerRepliesTests {
    private let login: [UInt8] = [0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]
    private let row: [UInt8] = [0x44, 0, 0, 0, 15, 0, 2, 0, 0, 0, 1, 0x37, 0xff, 0xff, 0xff, 0xff]

    @Test func rowsAreReadHoweverTheBytesAreCut() throws {
        for cut in 0...(login + row).count {
            var replies = ServerReplies()
            try replies.receive((login + row).prefix(cut))
            try replies.receive((login + row).dropFirst(cut))
            #expect(replies.readyCount == 1)
            #expect(replies.rows == [["7", nil]])
        }
    }

    @Test func aPasswordRequestAndNoiseAreFailures() {
        var replies = ServerReplies()
        #expect(throws: ServerReplies.Failure.self) { try replies.receive([0x52, 0, 0, 0, 8, 0, 0, 0, 3]) }
        var others = ServerReplies()
        #expect(throws: ServerReplies.Failure.self) { try others.receive(Array("HTTP/1.1 400".utf8)) }
    }
}
