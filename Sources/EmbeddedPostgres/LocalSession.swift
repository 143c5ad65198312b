import Glibc

/// One short session over the server's socket: log in, at most one statement, log out.
///
/// It asks whether the server answers, and makes and drops databases. It never blocks a thread; it is no driver.
package enum LocalSession {
    /// - Parameters:
    ///   - sql: one statement, or nil to see whether the server takes sessions.
    ///   - location: where and as whom.
    ///   - timeout: for everything together.
    /// - Returns: the rows, each value as text.
    /// - Throws: `queryFailed`, with the server's SQLSTATE and message where it gave one.
    @discardableResult
    package static func run(
        _ sql: String?,
        at location: EmbeddedPostgres.Location,
        timeout: Duration = .seconds(30)
    ) async throws -> [[String?]] {
        let deadline = ContinuousClock.now + timeout
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw FileSystem.failure("open a socket to", location.socketDirectory) }
        defer { close(descriptor) }
        try connect(descriptor, to: "\(location.socketDirectory)/.s.PGSQL.\(location.port)")
        try send(startup(user: location.user, database: location.database), to: descriptor)
        var replies = ServerReplies()
        try await receive(into: &replies, from: descriptor, until: 1, deadline: deadline)
        if let sql {
            try send(message("Q", Array(sql.utf8) + [0]), to: descriptor)
            try await receive(into: &replies, from: descriptor, until: 2, deadline: deadline)
        }
        // A courtesy: without it the server logs a lost connection.
        try send(message("X", []), to: descriptor)
        return replies.rows
    }

    private static func connect(_ descriptor: Int32, to path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { space in
            guard path.utf8.count < space.count else { return false }
            space.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw EmbeddedPostgresError(.queryFailed, "the socket's path is too long: \(path)") }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw EmbeddedPostgresError(.queryFailed, reason("cannot connect to \(path)")) }
    }

    private static func startup(user: String, database: String) -> [UInt8] {
        let fields = ["user", user, "database", database, "application_name", "waybill"]
        let body = integer(196_608) + fields.flatMap { Array($0.utf8) + [0] } + [0]
        return integer(body.count + 4) + body
    }

    private static func message(_ type: Unicode.Scalar, _ body: [UInt8]) -> [UInt8] {
        [UInt8(ascii: type)] + integer(body.count + 4) + body
    }

    private static func integer(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
    }

    /// These messages are far smaller than a socket's buffer: a short write is a failure.
    private static func send(_ bytes: [UInt8], to descriptor: Int32) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw EmbeddedPostgresError(.queryFailed, reason("cannot write to the server"))
        }
    }

    private static func receive(
        into replies: inout ServerReplies,
        from descriptor: Int32,
        until readyCount: Int,
        deadline: ContinuousClock.Instant
    ) async throws {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while replies.readyCount < readyCount {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && (errno == EAGAIN || errno == EINTR) {
                guard ContinuousClock.now < deadline else {
                    throw EmbeddedPostgresError(.queryFailed, "the server did not answer in time")
                }
                try await Task.sleep(for: .milliseconds(2))
                continue
            }
            do throws(ServerReplies.Failure) {
                if count > 0 { try replies.receive(buffer[..<count]) }
                if let failure = replies.failure, count <= 0 || replies.readyCount >= readyCount { throw failure }
            } catch {
                throw EmbeddedPostgresError(.queryFailed, "\(error.message) (SQLSTATE \(error.sqlState))")
            }
            guard count > 0 else {
                throw EmbeddedPostgresError(.queryFailed, "the server closed the connection")
            }
        }
    }

    private static func reason(_ what: String) -> String { "\(what): \(String(cString: strerror(errno)))" }
}
