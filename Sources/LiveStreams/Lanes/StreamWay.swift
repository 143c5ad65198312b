import Glibc

/// How a stream's bytes get out.
package enum StreamWay: Sendable {
    /// By a socket of its own, non-blocking.
    case socket(Int32)
    /// Through a connection that an event loop keeps.
    case outlet(StreamOutlet)

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

    var outlet: StreamOutlet? {
        if case .outlet(let outlet) = self { outlet } else { nil }
    }
}
