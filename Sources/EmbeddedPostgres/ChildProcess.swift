import CLinux
import Glibc

/// A program that this process started: in its own session, with the default signals, an own small environment and
/// none of our descriptors, so that neither a Ctrl-C nor an open socket of the service reaches it.
package struct ChildProcess {
    package let pid: Int32

    /// Where standard output and standard error go.
    package enum Output {
        /// Appended to this file.
        case file(String)
        case descriptor(Int32)
    }

    /// - Parameter arguments: the program's path first.
    package init(_ arguments: [String], directory: String = "/", output: Output) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }

        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        switch output {
        case .file(let path):
            posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_APPEND | O_NOFOLLOW, 0)
        case .descriptor(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        }
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        // Our own directory may be one that the server's user cannot read.
        posix_spawn_file_actions_addchdir_np(&actions, directory)

        // A service ignores or blocks signals that its children must see.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes,
            Int16(Int32(WAYBILL_SPAWN_SETSID) | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        )

        // PGPORT, PGDATA and their like must not steer our server.
        let environment = ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC", "HOME=\(directory)"]
        let program = arguments[0]
        var pid: pid_t = 0
        let result = Self.withCStrings(arguments) { arguments in
            Self.withCStrings(environment) { environment in
                posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else {
            let reason = String(cString: strerror(result))
            throw EmbeddedPostgresError(.spawnFailed, "cannot start \(program): \(reason)")
        }
        self.pid = pid
    }

    private static func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let pointers = strings.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }

    /// The exit status once the process has ended, and nil before. A death by signal reads as 128 + its number.
    ///
    /// Ends the zombie: PostgreSQL would take it for a running server.
    package static func reap(_ pid: Int32) -> Int32? {
        var status: Int32 = 0
        let result = waitpid(pid, &status, WNOHANG)
        if result == 0 || (result < 0 && errno == EINTR) { return nil }
        // Not our child, or already reaped.
        if result < 0 { return 0 }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its exit status and all that it printed.
    package static func run(
        _ arguments: [String],
        directory: String = "/",
        timeout: Duration = .seconds(60)
    ) async throws -> (status: Int32, output: String) {
        let output = memfd_create("output", UInt32(WAYBILL_MFD_CLOEXEC))
        guard output >= 0 else { throw FileSystem.failure("buffer the output of", arguments[0]) }
        defer { close(output) }
        let child = try ChildProcess(arguments, directory: directory, output: .descriptor(output))
        let deadline = ContinuousClock.now + timeout
        while true {
            if let status = reap(child.pid) { return (status, FileSystem.contents(of: output, from: 0) ?? "") }
            do {
                guard ContinuousClock.now < deadline else {
                    throw EmbeddedPostgresError(.spawnFailed, "\(arguments[0]) did not end within \(timeout)")
                }
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                // Its own session is its own process group: helpers of the program go with it.
                kill(-child.pid, SIGKILL)
                waitpid(child.pid, nil, 0)
                throw error
            }
        }
    }
}
