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
