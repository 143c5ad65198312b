import Primitives

extension Epoll {
    /// Waits until descriptors are ready, at most until `deadline` (nanoseconds of `Clock`), and calls `body` with
    /// each.
    func wait(until deadline: UInt64, _ body: (Ready) throws -> Void) rethrows {
        let now = Clock.now()
        for ready in wait(nanoseconds: deadline > now ? deadline - now : 0) { try body(ready) }
    }
}
