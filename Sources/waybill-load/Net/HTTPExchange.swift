import Glibc

/// A keep-alive connection for requests in sequence: the next one is sent when the last response is complete.
struct HTTPExchange {
    struct Response {
        let status: Int
        /// The beginning of the body, up to the limit.
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let descriptor: Int32
    /// True while a part of the request waits for room in the socket.
    private(set) var isAwaitingRoom = false
    private let bodyLimit: Int
    private var request: [UInt8] = []
    private var sent = 0
    private var parser = ResponseParser()
    private var body: [UInt8] = []

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - bodyLimit: the number of bytes of a body to keep.
    init(port: Int, bodyLimit: Int = 512) throws {
        descriptor = try Sockets.connect(port: port)
        self.bodyLimit = bodyLimit
    }

    /// Sends a request.
    ///
    /// - Parameter fill: a closure that appends the bytes of the request.
    mutating func begin(_ fill: (inout [UInt8]) -> Void) throws {
        request.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
        fill(&request)
        sent = 0
        parser = ResponseParser()
        try flush()
    }

    /// Sends the rest of the request, as far as the socket accepts it.
    mutating func flush() throws {
        while sent < request.count {
            let count = try request.withUnsafeBytes {
                try Sockets.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            sent += count
            if count == 0 { break }
        }
        isAwaitingRoom = sent < request.count
    }

    /// Reads bytes that have arrived.
    ///
    /// - Returns: the response once it is complete; nil before.
    /// - Throws: `LoadFailure` where the connection ends before that.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> Response? {
        guard let count = try Sockets.receive(descriptor, into: buffer) else { return nil }
        guard count > 0 else { throw LoadFailure("the server closed a connection") }
        var (kept, limit) = (body, bodyLimit - body.count)
        body = []
        _ = parser.consume(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { piece in
            kept.append(contentsOf: piece.prefix(limit))
            limit -= min(limit, piece.count)
        }
        body = kept
        return parser.isComplete ? Response(status: parser.status, body: body) : nil
    }

    /// Closes the connection.
    func end() { close(descriptor) }
}
