import EmbeddedPostgres
import Foundation

/// A program that this one starts and ends: also when this one is told to end.
struct ChildProgram {
    /// Holds all that it prints.
    let output: String
    let pid: Int32
    private let name: String

    /// - Parameters:
    ///   - arguments: the program's path first.
    ///   - directory: where it works, and where `name.log` is written.
    init(_ arguments: [String], name: String, directory: String) throws {
        output = "\(directory)/\(name).log"
        self.name = name
        guard FileManager.default.createFile(atPath: output, contents: nil) else {
            throw LoadFailure("\(output) cannot be written")
        }
        pid = try ChildProcess(arguments, directory: directory, output: .file(output)).pid
        ChildRegistry.add(pid, endedBy: SIGTERM)
    }

    /// What it has printed so far.
    func printed() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }

    /// The end of what it has printed, for a failure's text.
    func lastWords() throws -> String { String(try printed().suffix(1500)) }

    /// Its exit status once it has ended; nil before. To be asked no more after that.
    func ended() -> Int32? {
        guard let status = ChildProcess.reap(pid) else { return nil }
        ChildRegistry.remove(pid)
        return status
    }

    /// Waits until it has ended by itself.
    ///
    /// - Returns: its exit status.
    /// - Throws: when it takes longer than `limit`; it is killed then.
    @discardableResult
    func finish(within limit: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while true {
            if let status = ended() { return status }
            guard ContinuousClock.now < deadline else {
                kill(pid, SIGKILL)
                waitpid(pid, nil, 0)
                ChildRegistry.remove(pid)
                throw LoadFailure("\(name) did not end within \(limit): \(try lastWords())")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Tells it to end, and waits for that.
    @discardableResult
    func stop(within limit: Duration = .seconds(20)) async throws -> Int32 {
        kill(pid, SIGTERM)
        return try await finish(within: limit)
    }

    /// Runs `body`, then ends the program.
    func during<R>(_ body: () async throws -> R) async throws -> R {
        let result: Result<R, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        try await stop()
        return try result.get()
    }

    /// Waits for a line that begins so.
    ///
    /// - Returns: the rest of it.
    /// - Throws: when the program ends without it, or a minute has passed.
    func line(beginning prefix: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            // The last piece may be half a line.
            let lines = try printed().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)) }
            guard ended() == nil else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LoadFailure("\(name) did not start: \(try lastWords())")
    }
}
