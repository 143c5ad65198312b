import Telemetry

/// Standard error, for everything that is not a result. Never blocks: text waits in the log's queue, in its order.
enum StandardError {
    static func line(_ text: String) { write(text + "\n") }

    /// Writes text as it is, such as a bar that is drawn over the one before.
    static func write(_ text: String) { LogOutput.standardError.write(Array(text.utf8)) }

    /// Lets what was written appear before what follows on standard output.
    static func settle() { LogOutput.standardError.flush(within: .milliseconds(100)) }
}
