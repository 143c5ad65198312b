import EmbeddedPostgres
import Foundation

/// A child process, which is ended when this program ends or is interrupted.
struct ChildProgram {
    /// The path of the file with everything that the program prints.
    let output: String
    let pid: Int32
    private let name: String

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program's path, then its arguments.
    ///   - name: the program's name in errors, and the name of its log.
    ///   - directory: the program's working directory, in which `name.log` is written.
    init(_ arguments: [String], name: String, directory: String) throws {
        output = "\(directory)/\(name).log"
        self.name = name
        guard FileManager.default.createFile(atPath: output, contents: nil) else {
            throw LoadFailure("the log \(output) cannot be written; check that its directory exists and has room")
        }
        pid = try ChildProcess(arguments, directory: directory, output: .file(output)).pid
        ChildRegistry.add(pid, endedBy: SIGTERM)
    }

    /// Reads everything that the program has printed so far.
    func readOutput() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }

    /// Reads the end of the program's output, for an error's text.
    func outputTail() throws -> String { String(try readOutput().suffix(1500)) }

    /// Returns the exit status once the program has ended; nil before. Must not be called again after that.
    func exitStatus() -> Int32? {
        guard let status = ChildProcess.reap(pid) else { return nil }
        ChildRegistry.remove(pid)
        return status
    }

    /// Waits until the program ends by itself.
    ///
    /// - Returns: the exit status.
    /// - Throws: `LoadFailure` where the program takes longer than `limit`; it is then killed.
    @discardableResult
    func finish(within limit: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while true {
            if let status = exitStatus() { return status }
            guard ContinuousClock.now < deadline else {
                kill(pid, SIGKILL)
                waitpid(pid, nil, 0)
                ChildRegistry.remove(pid)
                throw LoadFailure("\(name) did not end within \(limit): \(try outputTail())")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends the program with SIGTERM and waits until it has ended.
    ///
    /// - Returns: the exit status.
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

    /// Waits for a line of the program's output that begins with a prefix.
    ///
    /// - Returns: the rest of the line.
    /// - Throws: `LoadFailure` where the program ends without such a line, or after a minute.
    func line(beginning prefix: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            // The last piece may be an unfinished line.
            let lines = try readOutput().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)) }
            guard exitStatus() == nil else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LoadFailure("\(name) did not start: \(try outputTail())")
    }
}
