package import Logging
import Synchronization

/// The last warnings and errors of the process's log, for people who look at the service without its log.
///
/// An entry holds the message alone: errors and metadata, which may name orders, customers or hosts, stay in the log.
/// The same message is one entry that counts.
package final class RecentFailures: Sendable {
    /// A warning or an error.
    package struct Entry: Sendable, Equatable {
        package let level: Logger.Level
        package let message: String
        package internal(set) var count: Int
        /// The first and the last time since the entry is kept, in microseconds since 1970.
        package let firstMicroseconds: Int64
        package internal(set) var lastMicroseconds: Int64
    }

    private struct State {
        /// The entry that was seen last comes last.
        var entries: [Entry] = []
    }

    /// The most entries; the one that was seen longest ago makes room.
    static let capacity = 50
    /// The most characters of a message.
    static let messageLength = 300

    private let state = Mutex(State())

    init() {}

    /// The entries, the one seen last first.
    package var entries: [Entry] { state.withLock { $0.entries.reversed() } }

    func note(_ level: Logger.Level, _ message: String, at time: Timestamp) {
        let message = String(message.prefix(Self.messageLength))
        state.withLock { state in
            if let index = state.entries.firstIndex(where: { $0.level == level && $0.message == message }) {
                var entry = state.entries.remove(at: index)
                entry.count += 1
                entry.lastMicroseconds = time.microseconds
                state.entries.append(entry)
                return
            }
            if state.entries.count >= Self.capacity { state.entries.removeFirst() }
            state.entries.append(
                Entry(
                    level: level,
                    message: message,
                    count: 1,
                    firstMicroseconds: time.microseconds,
                    lastMicroseconds: time.microseconds
                )
            )
        }
    }
}
