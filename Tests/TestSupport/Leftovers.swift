import EmbeddedPostgres
import Glibc
import Synchronization

/// The directories of test clusters. A directory is named after its process and removed when the process exits; the
/// next process removes the directory of a killed one.
enum Leftovers {
    private static let root = "/tmp"
    private static let prefix = "waybill-tests-"
    private static let ownDirectory = Mutex<String?>(nil)

    /// Makes this process's directory and arranges for its removal at exit.
    static func makeDirectory() throws -> String {
        guard let identity = ProcessFacts(pid: getpid())?.identity else { throw Problem("cannot read /proc/self") }
        let path = "\(root)/\(prefix)\(identity.pid)-\(identity.startTicks)"
        guard mkdir(path, 0o711) == 0, chmod(path, 0o711) == 0 else { throw Problem("cannot make \(path)") }
        ownDirectory.withLock { $0 = path }
        atexit { Leftovers.removeOwn() }
        return path
    }

    private static func removeOwn() {
        guard let path = ownDirectory.withLock({ $0.take() }) else { return }
        do {
            try remove(path)
        } catch {
            // At exit no caller is left to catch the error.
            print("the test cluster was not removed: \(error)")
        }
    }

    static func removeAbandoned() async throws {
        guard let directory = opendir(root) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let identity = identity(inName: name), !identity.isAlive { try remove("\(root)/\(name)") }
        }
    }

    static func identity(inName name: String) -> ProcessFacts.Identity? {
        guard name.hasPrefix(prefix) else { return nil }
        let parts = name.dropFirst(prefix.count).split(separator: "-")
        guard parts.count == 2, let pid = Int32(parts[0]), let ticks = UInt64(parts[1]) else { return nil }
        return ProcessFacts.Identity(pid: pid, startTicks: ticks)
    }

    /// Stops the server and removes the directory. Blocks the thread, since the exit handler cannot run a task.
    private static func remove(_ path: String) throws {
        if let server = EmbeddedPostgres.server(ofCluster: "\(path)/postgres") {
            kill(server.pid, SIGINT)
            let deadline = ContinuousClock.now + .seconds(10)
            while server.isAlive {
                // A child of this process stays a zombie until it is reaped.
                waitpid(server.pid, nil, WNOHANG)
                guard ContinuousClock.now < deadline else { throw Problem("server \(server.pid) does not stop") }
                usleep(5_000)
            }
        }
        try EmbeddedPostgres.removeCluster(path)
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}
