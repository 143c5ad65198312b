import Glibc

/// One keep-alive connection on which requests follow one another, each when the answer before it is complete.
struct HTTPExchange {
    struct Response {
        let status: Int
        /// As much of the body as is kept.
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let descriptor: Int32
    /// Part of the request waits for room in the socket.
    private(set) var isAwaitingRoom = false
    private let bodyLimit: Int
    private var request: [UInt8] = []
    private var sent = 0
    private var parser = ResponseParser()
    private var body: [UInt8] = []

    /// - Parameter bodyLimit: how many bytes of a body are kept.
    init(port: Int, bodyLimit: Int = 512) throws {
        descriptor = try Sockets.connect(port: port)
        self.bodyLimit = bodyLimit
    }

    /// Puts a request on its way.
    ///
    /// - Parameter fill: appends its bytes.
    mutating func begin(_ fill: (inout [UInt8]) -> Void) throws {
        request.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
        fill(&request)
        sent = 0
        parser = ResponseParser()
        try flush()
    }

    /// Sends what is left of the request.
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

    /// Reads what has arrived.
    ///
    /// - Returns: the response once it is complete.
    /// - Throws: when the connection ends before that.
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

    func end() { close(descriptor) }
}
