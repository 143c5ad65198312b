/// The place of one stream among all. It is free again when the last reference to it is gone, whatever became of the
/// stream.
package final class StreamPlace: Sendable {
    /// The number of forks of the log that were known when the place was reserved.
    package let knownForks: Int
    /// The identifier of the stream's request, for the log.
    let requestId: String?
    private let release: @Sendable () -> Void

    init(knownForks: Int, requestId: String?, release: @escaping @Sendable () -> Void) {
        self.knownForks = knownForks
        self.requestId = requestId
        self.release = release
    }

    deinit { release() }
}
