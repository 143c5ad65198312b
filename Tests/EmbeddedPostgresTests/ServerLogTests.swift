import Glibc
import Testing

@testable import EmbeddedPostgres

@Suite struct ServerLogTests {
    private func withLog(_ body: (ServerLog, _ write: (Int, UInt8) throws -> Void) throws -> Void) throws {
        let root = "/tmp/waybill-log-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try #require(mkdir(root, 0o700) == 0)
        defer { try? FileSystem.removeTree(root) }
        let log = ServerLog(path: "\(root)/postgres.log", account: try ServerAccount.choose(ownerOfCluster: nil))
        _ = try log.open()
        // As the server has it: open for as long as it runs.
        let descriptor = open(log.path, O_WRONLY | O_APPEND)
        defer { close(descriptor) }
        try body(log) { count, byte in
            let text = [UInt8](repeating: byte, count: count)
            try #require(Glibc.write(descriptor, text, count) == count)
        }
    }

    private func size(_ path: String) -> Int { FileSystem.status(path).map { Int($0.st_size) } ?? -1 }

    @Test func logIsSetAsideWhileItsServerWrites() throws {
        let limit = Int(ServerLog.rotationBytes)
        try withLog { log, write in
            try write(limit, UInt8(ascii: "a"))
            #expect(try !log.rotate())
            try write(5, UInt8(ascii: "b"))
            #expect(try log.rotate())
            #expect(size(log.path) == 0)
            #expect(size(log.path + ".1") == limit)
            try write(3, UInt8(ascii: "c"))
            #expect(log.text(from: 0) == "ccc")
        }
    }

    @Test func bothFilesTogetherHoldTwiceTheBound() throws {
        let limit = Int(ServerLog.rotationBytes)
        try withLog { log, write in
            for _ in 0..<3 {
                try write(2 * limit, UInt8(ascii: "a"))
                #expect(try log.open() == 0, "a start begins with an empty file too")
                #expect(size(log.path) + size(log.path + ".1") == limit)
            }
        }
    }
}
