import Foundation

/// Settings from the environment, for options that were not given.
enum Environment {
    /// Nil when unset or empty.
    static func text(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }
}
