import Glibc

/// One keep-alive connection that sends a command and awaits its answer.
struct CommandConnection {
    let descriptor: Int32
    private(set) var order: Mix.Order?
    /// The moment for which the command under way was intended; nil while idle.
    private(set) var intended: UInt64?
    private(set) var isAwaitingRoom = false
    private var request: [UInt8] = []
    private var sent = 0
    private var parser = ResponseParser()
    private var body: [UInt8] = []

    init(port: Int) throws {
        descriptor = try Sockets.connect(port: port)
    }

    /// Puts the order's next command on its way, or a new order's first.
    mutating func begin(_ mix: Mix, intended: UInt64) throws {
        self.intended = intended
        request.removeAll(keepingCapacity: true)
        sent = 0
        parser = ResponseParser()
        body.removeAll(keepingCapacity: true)
        var current = order ?? mix.newOrder()
        order = mix.append(&current, to: &request) ? current : nil
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

    enum Answer {
        case accepted
        /// The status, and the beginning of the body.
        case refused(Int, String)
    }

    /// Reads what has arrived.
    ///
    /// - Returns: the answer once it is complete.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> Answer? {
        guard let count = try Sockets.receive(descriptor, into: buffer) else { return nil }
        guard count > 0 else { throw LoadFailure("the service closed a connection") }
        var beginning: [UInt8] = []
        _ = parser.consume(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { piece in
            if beginning.count < 512 { beginning.append(contentsOf: piece.prefix(512)) }
        }
        body.append(contentsOf: beginning)
        guard parser.isComplete else { return nil }
        intended = nil
        if parser.status < 300 { return .accepted }
        // What follows would be refused for what is missing now.
        order = nil
        return .refused(parser.status, String(decoding: body, as: UTF8.self))
    }

    func end() { close(descriptor) }
}
