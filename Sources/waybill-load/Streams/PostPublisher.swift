import Glibc

/// A publisher of recorded frames to a peer, with one POST for each, of which some are under way at once on one
/// connection.
final class PostPublisher: EventPublisher {
    /// The greatest number of requests that are sent and not yet answered.
    private static let maximumUnanswered = 8

    let descriptor: Int32
    private let requests: [[UInt8]]
    private var next = 0
    private var output: [UInt8] = []
    private var sent = 0
    private var unanswered = 0
    private var parser = ResponseParser()

    /// - Parameters:
    ///   - port: the port of the peer.
    ///   - requests: the requests, which are used in turn.
    init(port: Int, requests: [[UInt8]]) throws {
        descriptor = try Sockets.connect(port: port)
        self.requests = requests
    }

    var hasRoom: Bool { unanswered < Self.maximumUnanswered }
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
