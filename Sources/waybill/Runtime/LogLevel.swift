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
    /// - Parameters:
    ///   - verbose: true for a service, which by default also says what goes well. Other commands say what fails in a
    ///     sentence of their own.
    ///   - quietLevel: the least level of another command.
    static func logger(verbose: Bool, quietLevel: Logger.Level = .error) -> Logger {
        let level = Environment.text(variable).flatMap(Logger.Level.init(rawValue:)) ?? (verbose ? .info : quietLevel)
        return Logger(label: "waybill") { JSONLogHandler(label: $0, logLevel: level) }
    }
}
