import CLinux
import Glibc

/// A program that this process started: in a session of its own, with default signals, a small environment and no
/// inherited descriptors, so that neither a Ctrl-C nor an open socket of the service reaches it.
///
/// swift-subprocess ends a program with the scope that runs it, and the PostgreSQL server must outlive a killed
/// service. `initdb` and `pg_config` are run the same way as the server: with one account, environment and session for
/// all three, `run` is short, and a second way to start programs would be longer than what it replaces.
package struct ChildProcess {
    package let pid: Int32

    /// The destination of standard output and standard error.
    package enum Output {
        /// Appends to the file of this path.
        case file(String)
        case descriptor(Int32)
    }

    /// - Parameter arguments: begin with the program's path.
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
        // The server's user may be unable to read this process's own directory.
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

        // PGPORT, PGDATA and their like must not change the server.
        let environment = ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC", "HOME=\(directory)"]
        guard let program = arguments.first else {
            throw EmbeddedPostgresError(.spawnFailed, "no program was named")
        }
        var pid: pid_t = 0
        let result = Self.withCStrings(arguments) { arguments in
            Self.withCStrings(environment) { environment in
                posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else {
            throw EmbeddedPostgresError(.spawnFailed, "cannot start \(program): \(String(cString: strerror(result)))")
        }
        self.pid = pid
    }

    private static func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let pointers = strings.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        return body(pointers + [nil])
    }

    /// Takes the exit status of a child that has ended; nil while the child runs. A death by signal is 128 plus the
    /// signal's number.
    ///
    /// The zombie is gone afterwards; PostgreSQL would take it for a running server.
    package static func reap(_ pid: Int32) -> Int32? {
        var status: Int32 = 0
        let result = waitpid(pid, &status, WNOHANG)
        if result == 0 || (result < 0 && errno == EINTR) { return nil }
        // No child of this process, or reaped before.
        if result < 0 { return 0 }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// Runs a program to its end.
    ///
    /// - Returns: the program's exit status and all that it printed.
    /// - Throws: `spawnFailed` when the program cannot be started or does not end in time; `CancellationError`.
    package static func run(
        _ arguments: [String],
        directory: String = "/",
        timeout: Duration = .seconds(60)
    ) async throws -> (status: Int32, output: String) {
        // A memory file takes any amount of output without a reader that keeps up.
        let output = memfd_create("output", UInt32(WAYBILL_MFD_CLOEXEC))
        guard output >= 0 else { throw FileSystem.failure("buffer the output of", arguments.first ?? "") }
        defer { close(output) }
        let child = try ChildProcess(arguments, directory: directory, output: .descriptor(output))
        let deadline = ContinuousClock.now + timeout
        while true {
            if let status = reap(child.pid) { return (status, FileSystem.contents(of: output, from: 0) ?? "") }
            do {
                guard ContinuousClock.now < deadline else {
                    throw EmbeddedPostgresError(.spawnFailed, "\(arguments.first ?? "") did not end within \(timeout)")
                }
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                // The child leads a session and so a process group: its helpers go with it.
                kill(-child.pid, SIGKILL)
                waitpid(child.pid, nil, 0)
                throw error
            }
        }
    }
}
