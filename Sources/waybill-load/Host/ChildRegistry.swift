import Foundation
import Synchronization

/// The processes that live for this one. SIGINT and SIGTERM end them before this one goes, so that none is left behind.
///
/// The table is fixed memory: a signal's handler may not lock, nor allocate.
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

    /// - Parameter number: the signal that ends it in peace.
    static func add(_ pid: Int32, endedBy number: Int32) {
        writing.withLock { _ in
            for index in 0..<Table.capacity where table.pids[index] == 0 {
                table.signals[index] = number
                table.pids[index] = pid
                return
            }
        }
    }

    static func remove(_ pid: Int32) {
        writing.withLock { _ in
            for index in 0..<Table.capacity where table.pids[index] == pid { table.pids[index] = 0 }
        }
    }

    /// To be called first of all.
    static func installSignalHandlers() {
        // Touched here, so that the handler finds it made.
        _ = table
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                for index in 0..<Table.capacity where ChildRegistry.table.pids[index] > 0 {
                    kill(ChildRegistry.table.pids[index], ChildRegistry.table.signals[index])
                }
                _exit(128 + number)
            }
        }
        // A peer that closes is seen by the call that meets it.
        signal(SIGPIPE, SIG_IGN)
    }
}
