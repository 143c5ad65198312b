import Glibc

/// The transport by which a lane sends a stream's bytes.
package enum SubscriberTransport: Sendable {
    /// The descriptor of a non-blocking socket that the stream does not share.
    case socket(Int32)
    /// A channel of a connection that an event loop keeps.
    case channel(ChannelSubscriber)

    /// Closes a stream that no lane serves.
    func close() {
        switch self {
        case .socket(let descriptor): _ = Glibc.close(descriptor)
        case .channel(let subscriber): subscriber.executor.execute { subscriber.writer.close() }
        }
    }

    /// The descriptor as a slot keeps it.
    var descriptor: Int32 {
        if case .socket(let descriptor) = self { descriptor } else { LaneSlots.viaChannel }
    }

    var subscriber: ChannelSubscriber? {
        if case .channel(let subscriber) = self { subscriber } else { nil }
    }
}
