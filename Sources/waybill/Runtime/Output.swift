import Foundation
import Logging
import Telemetry

/// What the command line prints: results on standard output, the rest on standard error.
enum Output {
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data(("waybill: " + text + "\n").utf8))
    }

    /// JSON lines on standard error. `WAYBILL_LOG_LEVEL` sets the least level that is written.
    static func logger(verbose: Bool) -> Logger {
        let level =
            Environment.text("WAYBILL_LOG_LEVEL").flatMap(Logger.Level.init(rawValue:)) ?? (verbose ? .info : .warning)
        return Logger(label: "waybill") { label in
            var handler = JSONLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
    }
}

/// A failure whose text is for the person at the terminal.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
