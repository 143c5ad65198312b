import Glibc
package import HTTPTypes

/// One request that is answered on its connection's socket, without handlers. The connection carries nothing after it.
///
/// Exactly one of `handedOff`, `abandon` and `finish` ends the exchange.
package struct DirectExchange: Sendable {
    /// The peer's address without its port.
    package let address: String
    /// The descriptor of the connection's socket, which belongs to the exchange until its end.
    package let descriptor: CInt
    private let exchange: Exchange
    private let listener: DirectListener
    private let threads: DirectThreads

    init(_ exchange: Exchange, on connection: DirectConnection, from address: String, threads: DirectThreads) {
        self.exchange = exchange
        descriptor = connection.descriptor
        listener = connection.listener
        self.address = address
        self.threads = threads
    }

    /// The bytes of the response's head, with the fields that every response of the service has.
    ///
    /// - Parameter isChunked: true where the body has no length of its own.
    package func head(_ status: HTTPResponse.Status, _ fields: HTTPFields, isChunked: Bool) -> [UInt8] {
        // A proxy must not keep the connection for other requests.
        let response = exchange.completed(HTTPResponse(status: status, headerFields: fields), closes: true)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n".utf8
        for field in response.headerFields {
            bytes += field.name.rawName.utf8
            bytes += ": ".utf8
            bytes += field.value.utf8
            bytes += "\r\n".utf8
        }
        bytes += (isChunked ? "transfer-encoding: chunked\r\n\r\n" : "\r\n").utf8
        return bytes
    }

    /// Sends as many bytes as the system takes.
    ///
    /// - Returns: their number; nil where the client has left.
    package func send(_ bytes: [UInt8]) -> Int? { DirectSocket.send(bytes[...], on: descriptor) }

    /// Ends the exchange: the descriptor has another owner.
    package func handedOff() { listener.ended() }

    /// Ends the exchange: the client has left.
    package func abandon() {
        close(descriptor)
        listener.ended()
    }

    /// Ends the exchange: sends the last bytes, and closes the connection after them.
    package func finish(_ bytes: [UInt8]) {
        threads.finish(DirectThreads.Ending(descriptor: descriptor, bytes: bytes), of: listener)
    }
}
