/// A publisher of events by the service's bulk route, in the demonstration's mix.
final class BulkPublisher: EventPublisher {
    private let mix = CommandMix(.lines, oneToOne: true)
    private var connection: BulkConnection
    private var orders: [CommandMix.Order] = []
    private let concurrentOrders: Int

    /// - Parameters:
    ///   - port: the port of the service.
    ///   - token: a backend's token.
    ///   - concurrentOrders: the number of orders under way at once.
    init(port: Int, token: String, concurrentOrders: Int = 200) throws {
        self.concurrentOrders = concurrentOrders
        connection = try BulkConnection(port: port, token: token)
    }

    var descriptor: Int32 { connection.descriptor }
    var hasRoom: Bool { connection.pendingBytes < 64 * 1024 }
    var isAwaitingRoom: Bool { connection.pendingBytes > 0 }

    func publish(_ count: Int) throws {
        mix.refreshTimes()
        var chunk: [UInt8] = []
        for _ in 0..<count {
            while orders.count < concurrentOrders { orders.append(mix.newOrder()) }
            let index = mix.pick(below: orders.count)
            if !mix.append(&orders[index], to: &chunk) { orders.remove(at: index) }
        }
        connection.append(chunk, lines: count)
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
