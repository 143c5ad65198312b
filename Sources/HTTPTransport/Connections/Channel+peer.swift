import Glibc
package import NIOCore

extension Channel {
    /// The peer's address without its port, as limits know it; "local" where the channel has none.
    package var clientAddress: String { remoteAddress?.ipAddress ?? parent?.clientAddress ?? "local" }

    /// Closes the connection 30 s after its peer stops acknowledging, instead of TCP's quarter of an hour. For a connection,
    /// not for one stream of it.
    package func closeWhenPeerVanishes() {
        // The option fails on a closed connection and on one that is no TCP, where nothing is left to do.
        setOption(.tcpOption(.init(rawValue: CInt(TCP_USER_TIMEOUT))), value: 30_000).whenComplete { _ in }
    }
}
