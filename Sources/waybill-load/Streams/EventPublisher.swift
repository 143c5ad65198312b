import Glibc

/// Makes events at a server of streams, in an order that its subscribers will see.
protocol EventPublisher: AnyObject {
    var descriptor: Int32 { get }
    /// Whether more may be put in now.
    var hasRoom: Bool { get }
    /// Waits for the socket to take more.
    var isAwaitingRoom: Bool { get }

    /// Puts some events in.
    func publish(_ count: Int) throws
    /// Sends what the socket takes.
    func flush() throws
    /// Reads answers.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws
    /// Closes the connection.
    func end()
}

/// Publishes by the service's bulk route, in the demonstration's mix.
final class BulkPublisher: EventPublisher {
    private let mix = CommandMix(.lines, oneToOne: true)
    private var connection: BulkConnection
    private var orders: [CommandMix.Order] = []
    private let breadth: Int

    /// - Parameter breadth: orders under way at once.
    init(port: Int, token: String, breadth: Int = 200) throws {
        self.breadth = breadth
        connection = try BulkConnection(port: port, token: token)
    }

    var descriptor: Int32 { connection.descriptor }
    var hasRoom: Bool { connection.backlog < 64 * 1024 }
    var isAwaitingRoom: Bool { connection.backlog > 0 }

    func publish(_ count: Int) throws {
        mix.refreshTimes()
        var chunk: [UInt8] = []
        for _ in 0..<count {
            while orders.count < breadth { orders.append(mix.newOrder()) }
            let index = mix.pick(below: orders.count)
            if !mix.append(&orders[index], to: &chunk) { orders.remove(at: index) }
        }
        connection.put(chunk, lines: count)
        try connection.flush()
    }

    func flush() throws { try connection.flush() }

    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws {
        try connection.receive(buffer)
        if let rejection = connection.results.firstRejection {
            throw LoadFailure("an event could not be published: \(rejection)")
        }
    }

    func end() { connection.end() }
}

/// Publishes recorded frames to a peer, a POST each, some under way at once on one connection.
final class PostPublisher: EventPublisher {
    /// Requests sent and not yet answered, at most.
    private static let depth = 8

    let descriptor: Int32
    private let requests: [[UInt8]]
    private var next = 0
    private var output: [UInt8] = []
    private var sent = 0
    private var unanswered = 0
    private var parser = ResponseParser()

    /// - Parameter requests: prepared, used in turn.
    init(port: Int, requests: [[UInt8]]) throws {
        descriptor = try Sockets.connect(port: port)
        self.requests = requests
    }

    var hasRoom: Bool { unanswered < Self.depth }
    var isAwaitingRoom: Bool { sent < output.count }

    func publish(_ count: Int) throws {
        for _ in 0..<count {
            output.append(contentsOf: requests[next % requests.count])
            next += 1
        }
        unanswered += count
        try flush()
    }

    func flush() throws {
        sent += try output.withUnsafeBytes {
            try Sockets.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
        }
        guard sent == output.count else { return }
        output.removeAll(keepingCapacity: true)
        sent = 0
    }

    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws {
        guard let count = try Sockets.receive(descriptor, into: buffer) else { return }
        guard count > 0 else { throw LoadFailure("the peer closed the publisher's connection") }
        var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        while !rest.isEmpty {
            let taken = parser.consume(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            guard parser.isComplete else { continue }
            guard parser.status < 300 else { throw LoadFailure("the peer answered \(parser.status)") }
            unanswered -= 1
            parser = ResponseParser()
        }
    }

    func end() { close(descriptor) }
}
