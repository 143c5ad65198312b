/// One connection that sends the commands of one order after the other.
struct CommandConnection {
    private(set) var exchange: HTTPExchange
    /// The moment for which the command under way was intended; nil while idle.
    private(set) var intended: UInt64?
    private var order: CommandMix.Order?

    init(port: Int) throws {
        exchange = try HTTPExchange(port: port)
    }

    /// Puts the order's next command on its way, or a new order's first.
    mutating func begin(_ mix: CommandMix, intended: UInt64) throws {
        self.intended = intended
        var current = order ?? mix.newOrder()
        var hasMore = false
        try exchange.begin { hasMore = mix.append(&current, to: &$0) }
        order = hasMore ? current : nil
    }

    mutating func flush() throws { try exchange.flush() }

    /// Reads what has arrived.
    ///
    /// - Returns: the answer once it is complete.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> HTTPExchange.Response? {
        guard let response = try exchange.receive(buffer) else { return nil }
        intended = nil
        // What follows would be refused for what is missing now.
        if response.status >= 300 { order = nil }
        return response
    }
}
