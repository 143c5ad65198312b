/// Tells whether a tail supplies streams at present.
package protocol TailState: Sendable {
    /// The last read of the log succeeded, and the tail has reached the log's end.
    var isHealthy: Bool { get }
}
