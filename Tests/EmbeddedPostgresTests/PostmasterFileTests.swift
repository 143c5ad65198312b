import Testing

@testable import EmbeddedPostgres

@Suite struct PostmasterFileTests {
    @Test func readyServersFileNamesItsSocket() throws {
        let text = "812\n/data/postgres\n1795339819\n5432\n/tmp/s\n\n  1234567  32769\nready   \n"
        let file = try #require(PostmasterFile(parsing: text))
        #expect(file.pid == 812)
        #expect(file.directory == "/data/postgres")
        #expect(file.port == 5432)
        #expect(file.socketDirectory == "/tmp/s")
        #expect(file.status == .ready)
    }

    @Test func fileThatIsStillBeingWrittenHasNoStatus() throws {
        let file = try #require(PostmasterFile(parsing: "812\n/data/postgres\n1795339819\n5432\n"))
        #expect(file.socketDirectory == nil)
        #expect(file.status == nil)
    }

    @Test func standaloneBackendsNegativeIdIsItsId() {
        #expect(PostmasterFile(parsing: "-812\n/data\n")?.pid == 812)
    }

    @Test(arguments: [
        "", "\n", "x\n/data\n", "0\n/data\n", "812", "812\n\n", "-2147483648\n/data\n", "99999999999\n/d",
    ])
    func malformedTextIsNoFile(text: String) {
        #expect(PostmasterFile(parsing: text) == nil)
    }
}
