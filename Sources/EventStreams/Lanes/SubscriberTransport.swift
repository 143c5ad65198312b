import Glibc

/// How a stream's bytes get out.
package enum SubscriberTransport: Sendable {
    /// By a socket of its own, non-blocking.
    case socket(Int32)
    /// Through a connection that an event loop keeps.
    case outlet(ChannelSubscriber)

    func close() {
        switch self {
        case .socket(let descriptor): _ = Glibc.close(descriptor)
        case .outlet(let outlet): outlet.loop.execute { outlet.channel.close() }
        }
    }

    /// As a slot keeps it.
    var descriptor: Int32 {
        if case .socket(let descriptor) = self { descriptor } else { LaneSlots.viaOutlet }
    }

    var outlet: ChannelSubscriber? {
        if case .outlet(let outlet) = self { outlet } else { nil }
    }
}
