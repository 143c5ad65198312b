import Telemetry

/// Standard output, for results.
enum StandardOutput {
    private static let writer = DescriptorWriter(descriptor: 1)

    /// Writes a line at once, whole. Waits for a reader that is slow until the task is cancelled.
    ///
    /// - Parameter limit: the longest wait; nil waits as long as the task may.
    /// - Throws: `OutputFailure`, `CancellationError`.
    static func line(_ text: String, within limit: Duration? = nil) throws {
        try write(Array((text + "\n").utf8), within: limit)
    }

    static func write(_ bytes: [UInt8], within limit: Duration? = nil) throws {
        do {
            try writer.write(bytes, within: limit) { Task.isCancelled }
        } catch {
            if error.reason == .cancelled { throw CancellationError() }
            throw OutputFailure(destination: "standard output", cause: error)
        }
    }
}
