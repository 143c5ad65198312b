import Glibc
package import HTTPTransport

/// The transport by which a lane sends a stream's bytes.
package enum SubscriberTransport: Sendable {
    /// The descriptor of a non-blocking socket that the stream does not share.
    case socket(Int32)
    /// Such a socket, whose bytes a TLS session encrypts. The session belongs to the transport.
    case secureSocket(Int32, TLSSession)
    /// A channel of a connection that an event loop keeps.
    case channel(ChannelSubscriber)

    /// Closes a stream that no lane serves.
    func close() {
        switch self {
        case .socket(let descriptor), .secureSocket(let descriptor, _): _ = Glibc.close(descriptor)
        case .channel(let subscriber): subscriber.executor.execute { subscriber.writer.close() }
        }
    }

    /// The descriptor as a slot keeps it.
    var descriptor: Int32 {
        switch self {
        case .socket(let descriptor), .secureSocket(let descriptor, _): descriptor
        case .channel: LaneSlots.viaChannel
        }
    }

    var session: TLSSession? {
        if case .secureSocket(_, let session) = self { session } else { nil }
    }

    var subscriber: ChannelSubscriber? {
        if case .channel(let subscriber) = self { subscriber } else { nil }
    }
}
