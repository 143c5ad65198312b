/// The lease that the current task holds. The transaction's outer handle, used under the lease, would wait for its own
/// end.
struct HeldLease: Sendable {
    @TaskLocal static var current: HeldLease?

    let core: ObjectIdentifier
    let id: ConnectionMachine.RequestID
}
