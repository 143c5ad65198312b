import Glibc
package import NIOCore

extension Channel {
    /// The peer's address without its port, as rate limits use it; "local" where the channel has none.
    package var clientAddress: String { remoteAddress?.ipAddress ?? parent?.clientAddress ?? "local" }

    /// Closes the connection 30 s after its peer stops acknowledging; TCP's own limit is about 15 minutes. Call it on a
    /// connection's channel, not on that of an HTTP/2 stream.
    package func closeWhenPeerVanishes() {
        // The option fails where the connection is closed already or is not TCP. Neither needs the timeout.
        setOption(.tcpOption(.init(rawValue: CInt(TCP_USER_TIMEOUT))), value: 30_000).whenComplete { _ in }
    }
}
