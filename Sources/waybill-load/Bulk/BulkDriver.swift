import Glibc
import Primitives

/// A client that loads the demonstration's orders through the bulk route as fast as it accepts them, in constant
/// memory.
final class BulkDriver {
    struct Plan: Sendable {
        var port: Int
        var token: String
        /// The number of orders to place and bring to their ends.
        var orders: Int
        /// The number of orders under way at once, whose commands are sent in turn at random.
        var concurrentOrders = 1000
        /// The time, in seconds, after which no new order is begun.
        var limit = 3600.0
    }

    struct Outcome: Sendable {
        var orders = 0
        var lines = 0
        var accepted = 0
        var rejected = 0
        var firstRejection: String?
        var elapsed = 0.0
        /// The number of results in each second.
        var series: [Int] = []
    }

    private let plan: Plan
    private let mix = CommandMix(.lines)
    private let epoll: Epoll
    private var connection: BulkConnection
    private var open: [CommandMix.Order] = []
    private var outcome = Outcome()
    private var chunk: [UInt8] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

    init(_ plan: Plan) throws {
        self.plan = plan
        epoll = try Epoll(capacity: 1024)
        connection = try BulkConnection(port: plan.port, token: plan.token)
    }

    deinit { buffer.deallocate() }

    /// Runs the load. Blocks the thread until all results have arrived.
    ///
    /// - Throws: `LoadFailure` where the service refuses the request or stops answering.
    func run() throws -> Outcome {
        defer { connection.end() }
        try epoll.add(connection.descriptor, token: 0, events: [.readable, .writable])
        let start = Clock.now()
        let limit = start + plan.limit.nanoseconds
        var isWriting = true
        var counted = 0
        while !connection.isComplete {
            let now = Clock.now()
            // Gives up ten minutes after the limit, for a service that has stopped answering.
            guard now < limit + 600_000_000_000 else { throw LoadFailure("the bulk request was not answered in time") }
            try appendChunks(mayBegin: now < limit)
            try connection.flush()
            if isWriting != (connection.pendingBytes > 0) {
                isWriting.toggle()
                try epoll.modify(
                    connection.descriptor,
                    token: 0,
                    events: isWriting ? [.readable, .writable] : .readable
                )
            }
            try epoll.wait(until: now + 1_000_000_000) { ready in
                if ready.isReadable { try connection.receive(buffer) }
            }
            if Int((Clock.now() - start).seconds) > outcome.series.count {
                outcome.series.append(connection.results.lines - counted)
                counted = connection.results.lines
            }
        }
        outcome.elapsed = (Clock.now() - start).seconds
        outcome.lines = connection.lines
        outcome.accepted = connection.results.accepted
        outcome.rejected = connection.results.rejected
        outcome.firstRejection = connection.results.firstRejection
        return outcome
    }

    /// Keeps a bounded number of chunks ahead of the socket.
    private func appendChunks(mayBegin: Bool) throws {
        mix.refreshTimes()
        while connection.pendingBytes < 128 * 1024 {
            chunk.removeAll(keepingCapacity: true)
            var lines = 0
            while chunk.count < 32 * 1024, let index = pickOrder(mayBegin: mayBegin) {
                lines += 1
                if !mix.append(&open[index], to: &chunk) {
                    open.swapAt(index, open.count - 1)
                    open.removeLast()
                }
            }
            guard lines > 0 else { return connection.finish() }
            connection.append(chunk, lines: lines)
        }
    }

    /// Begins new orders where there is room, then picks an order under way at random; nil when all orders are done.
    private func pickOrder(mayBegin: Bool) -> Int? {
        while mayBegin, outcome.orders < plan.orders, open.count < plan.concurrentOrders {
            open.append(mix.newOrder())
            outcome.orders += 1
        }
        return open.isEmpty ? nil : mix.pick(below: open.count)
    }
}
