package import NIOCore
import Synchronization

/// Values of which each event loop has one, made when it is first asked for.
package final class EventLoopRegistry<Value: Sendable>: Sendable {
    private let known = Mutex<[ObjectIdentifier: Value]>([:])
    private let make: @Sendable (any EventLoop) -> Value

    package init(_ make: @escaping @Sendable (any EventLoop) -> Value) {
        self.make = make
    }

    /// The value of an event loop.
    package func value(of loop: any EventLoop) -> Value {
        known.withLock { known in
            if let found = known[ObjectIdentifier(loop)] { return found }
            let made = make(loop)
            known[ObjectIdentifier(loop)] = made
            return made
        }
    }
}
