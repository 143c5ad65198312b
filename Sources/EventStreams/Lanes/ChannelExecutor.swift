/// An event loop that owns connections, as lanes see it.
package protocol ChannelExecutor: AnyObject, Sendable {
    /// Runs the work on the loop, after all work that was given to it before.
    func execute(_ work: @escaping @Sendable () -> Void)
}
