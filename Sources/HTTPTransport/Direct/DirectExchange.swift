import Glibc
package import HTTPTypes

/// One request that is answered on its connection's socket, without handlers. The connection carries nothing after it.
///
/// Exactly one of `release` and `finish` ends the exchange.
package struct DirectExchange: Sendable {
    /// The peer's address without its port.
    package let address: String
    private let connection: DirectConnection
    private let exchange: Exchange
    private let thread: DirectThread

    init(_ exchange: Exchange, on connection: DirectConnection, from address: String, thread: DirectThread) {
        self.exchange = exchange
        self.connection = connection
        self.address = address
        self.thread = thread
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
    package func send(_ bytes: [UInt8]) -> Int? { DirectSocket.send(bytes[...], on: connection.descriptor) }

    /// Duplicates the connection's descriptor for another owner. `release` must follow once the owner has it.
    ///
    /// - Returns: nil where the last descriptors are for others.
    package func duplicateDescriptor() -> CInt? {
        let descriptor = fcntl(connection.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        if descriptor < connection.endpoint.budget.ceiling { return descriptor }
        Glibc.close(descriptor)
        return nil
    }

    /// Ends the exchange: closes the connection, but for a duplicate of its descriptor.
    package func release() {
        connection.close()
        thread.ended()
    }

    /// Ends the exchange: sends the last bytes, and closes the connection after them.
    package func finish(_ bytes: [UInt8]) { thread.finish(connection, bytes) }
}
