import Glibc
import HTTPTransport
import NIOCore

/// Duplicates the sockets of connections for lanes.
enum SocketHandoff {
    /// Duplicates a connection's descriptor, where HTTP/1.1 makes that possible. Over TLS, the connection's session
    /// goes with it. Between the adoption and the channel's close, which must follow at once, nothing is read or
    /// written: the close shuts nothing down, so the peer notices nothing.
    ///
    /// - Parameter adopt: takes the socket; returns whether it does.
    /// - Returns: true when the socket was taken.
    static func offer(
        _ channel: any Channel,
        of connection: HTTPConnection,
        to adopt: (SubscriberTransport) -> Bool
    ) -> Bool {
        guard case .http1(let isSecure) = connection.version, channel.isActive,
            // Lanes send chunks on sockets, which HTTP/1.0 does not know.
            !connection.isHTTP10(channel)
        else { return false }
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        guard let descriptor, descriptor >= 0 else { return false }
        // The last descriptors are for others.
        if descriptor < connection.budget.ceiling {
            let isTaken =
                isSecure
                ? connection.offerSession(of: channel, using: descriptor) { adopt(.secureSocket(descriptor, $0)) }
                : adopt(.socket(descriptor))
            if isTaken { return true }
        }
        Glibc.close(descriptor)
        return false
    }
}
