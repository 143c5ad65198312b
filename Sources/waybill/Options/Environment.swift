import ArgumentParser
import Foundation

/// Settings from the environment, for options that were not given.
enum Environment {
    /// - Throws: `ValidationError` for a value that is neither `true` nor `false`.
    static func flag(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        case let other?: throw ValidationError("\(name) is true or false, not “\(TerminalText.plain(other))”.")
        }
    }

    /// Nil when unset or empty.
    static func text(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }
}
