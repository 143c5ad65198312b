/// The point from which a client asks for a stream, as the log answers it.
package enum ResumePoint: Sendable {
    /// The stream continues after this event.
    case after(seq: Int64)
    /// The client named no position: the stream begins with the current state.
    case unspecified
    /// The client named no position, and the preamble has been read already, when `knownForks` forks of the log were
    /// known.
    case prepared(Preamble, knownForks: Int)
    /// The log does not have the client's position: the stream says so by `reset`, then begins with the current state.
    case invalid(ControlFrame.ResetReason)
}
