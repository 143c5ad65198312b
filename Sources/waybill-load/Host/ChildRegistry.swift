import Foundation
import Synchronization

/// The child processes of this program. SIGINT and SIGTERM end the children before the program ends, so that none
/// remains.
///
/// The table is fixed memory, since a signal handler must neither lock nor allocate.
enum ChildRegistry {
    private struct Table: @unchecked Sendable {
        static let capacity = 32
        let pids: UnsafeMutablePointer<Int32>
        let signals: UnsafeMutablePointer<Int32>

        init() {
            pids = .allocate(capacity: Self.capacity)
            pids.initialize(repeating: 0, count: Self.capacity)
            signals = .allocate(capacity: Self.capacity)
            signals.initialize(repeating: 0, count: Self.capacity)
        }
    }

    private static let table = Table()
    private static let writing = Mutex(())

    /// Adds a child.
    ///
    /// - Parameters:
    ///   - pid: the child's process id.
    ///   - number: the signal that ends the child in order.
    static func add(_ pid: Int32, endedBy number: Int32) {
        writing.withLock { _ in
            for index in 0..<Table.capacity where table.pids[index] == 0 {
                table.signals[index] = number
                table.pids[index] = pid
                return
            }
        }
    }

    /// Removes a child that has ended.
    static func remove(_ pid: Int32) {
        writing.withLock { _ in
            for index in 0..<Table.capacity where table.pids[index] == pid { table.pids[index] = 0 }
        }
    }

    /// Installs the signal handlers. Must be called before the first child is started.
    static func installSignalHandlers() {
        // Creates the table now, since the handler must not allocate it.
        _ = table
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                for index in 0..<Table.capacity where ChildRegistry.table.pids[index] > 0 {
                    kill(ChildRegistry.table.pids[index], ChildRegistry.table.signals[index])
                }
                _exit(128 + number)
            }
        }
        // A closed peer is reported by the call that writes to it.
        signal(SIGPIPE, SIG_IGN)
    }
}
