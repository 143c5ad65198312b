import Glibc
import Synchronization

/// Descriptors that the process holds without use, and gives up while the system has none for a connection: libraries
/// below need one now and then. libdispatch, which looks at its threads in `/proc` every second, ends the process
/// where it gets none.
final class SpareDescriptors: Sendable {
    private static let count = 4

    private let held = Mutex<[CInt]>([])

    /// Takes the descriptors where the system has them.
    init() { _ = take() }

    deinit { giveUp() }

    /// Gives the descriptors up to the rest of the process.
    func giveUp() {
        held.withLock { held in
            for descriptor in held { close(descriptor) }
            held = []
        }
    }

    /// Takes the descriptors again, once one more than them is free.
    ///
    /// - Returns: whether they are held and one is free.
    func take() -> Bool {
        let isComplete = held.withLock { held in
            while held.count < Self.count {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { return false }
                held.append(descriptor)
            }
            return true
        }
        if isComplete, DescriptorBudget.nextDescriptor != nil { return true }
        giveUp()
        return false
    }
}
