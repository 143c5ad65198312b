/// Lets server processes run that were stopped, as by `kill -STOP`. Only for a server that is the service's own.
package struct FrozenProcessResumer: Sendable {
    let isStopped: @Sendable (Int32) async -> Bool
    let resume: @Sendable (Int32) async -> Void

    /// - Parameters:
    ///   - isStopped: true for a process of the server that is stopped.
    ///   - resume: lets such a process run.
    package init(
        isStopped: @escaping @Sendable (Int32) async -> Bool,
        resume: @escaping @Sendable (Int32) async -> Void
    ) {
        self.isStopped = isStopped
        self.resume = resume
    }
}
