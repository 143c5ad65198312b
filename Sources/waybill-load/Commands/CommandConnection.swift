/// A connection that sends the commands of an order in sequence, then those of the next order.
struct CommandConnection {
    private(set) var exchange: HTTPExchange
    /// The time for which the pending command was intended, in nanoseconds of `Clock`; nil while idle.
    private(set) var intended: UInt64?
    private var order: CommandMix.Order?

    init(port: Int) throws {
        exchange = try HTTPExchange(port: port)
    }

    /// Sends the order's next command, or the first one of a new order.
    mutating func begin(_ mix: CommandMix, intended: UInt64) throws {
        self.intended = intended
        var current = order ?? mix.newOrder()
        var hasMore = false
        try exchange.begin { hasMore = mix.append(&current, to: &$0) }
        order = hasMore ? current : nil
    }

    mutating func flush() throws { try exchange.flush() }

    /// Reads bytes that have arrived.
    ///
    /// - Returns: the response once it is complete; nil before.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> HTTPExchange.Response? {
        guard let response = try exchange.receive(buffer) else { return nil }
        intended = nil
        // The order's later commands would be refused, since this one is missing.
        if response.status >= 300 { order = nil }
        return response
    }
}
