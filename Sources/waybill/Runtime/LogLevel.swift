import ArgumentParser
import Logging
import Telemetry

/// The least level of log lines, by `WAYBILL_LOG_LEVEL`.
enum LogLevel {
    private static let variable = "WAYBILL_LOG_LEVEL"

    /// All levels, as a list for people.
    static let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    /// - Throws: `ValidationError` where the variable names no level.
    static func check() throws {
        guard let text = Environment.text(variable), Logger.Level(rawValue: text) == nil else { return }
        throw ValidationError("\(variable) is one of \(names), not “\(TerminalText.plain(text))”.")
    }

    /// A logger that writes JSON lines to standard error.
    ///
    /// - Parameter verbose: true for a service, which by default also says what goes well. Other commands say what
    ///   fails in a sentence of their own.
    static func logger(verbose: Bool) -> Logger {
        let level = Environment.text(variable).flatMap(Logger.Level.init(rawValue:)) ?? (verbose ? .info : .error)
        return Logger(label: "waybill") { JSONLogHandler(label: $0, logLevel: level) }
    }
}
