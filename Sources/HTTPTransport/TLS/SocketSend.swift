/// The outcome of sending bytes on a socket.
package enum SocketSend: Equatable, Sendable {
    /// The socket, or its encryption, has taken `count` bytes, possibly 0. `isComplete` when these were the last ones,
    /// and what ends the connection is sent too, if there is such a thing; `hasProgressed` when the socket has taken
    /// anything.
    case bytes(_ count: Int, isComplete: Bool, hasProgressed: Bool)
    /// The peer has left.
    case gone
}
