import Glibc
import Primitives

/// Loads the demonstration's orders through the bulk route as fast as it takes them, in constant memory.
final class BulkDriver {
    struct Plan: Sendable {
        var port: Int
        var token: String
        /// Orders to place and bring to their ends.
        var orders: Int
        /// Orders under way at once: their commands come mixed.
        var breadth = 1000
        /// Seconds after which no new order is begun.
        var limit = 3600.0
    }

    struct Outcome: Sendable {
        var orders = 0
        var lines = 0
        var accepted = 0
        var rejected = 0
        var firstRejection: String?
        var elapsed = 0.0
        /// Results in each second.
        var series: [Int] = []
    }

    private let plan: Plan
    private let mix = Mix(.lines)
    private let epoll: Epoll
    private var connection: BulkConnection
    private var open: [Mix.Order] = []
    private var outcome = Outcome()
    private var chunk: [UInt8] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

    init(_ plan: Plan) throws {
        self.plan = plan
        epoll = try Epoll(capacity: 1024)
        connection = try BulkConnection(port: plan.port, token: plan.token)
    }

    deinit { buffer.deallocate() }

    /// Blocks its thread until all results are there.
    func run() throws -> Outcome {
        defer { connection.end() }
        try epoll.add(connection.descriptor, token: 0, events: [.readable, .writable])
        let start = Clock.now()
        let limit = start + plan.limit.nanoseconds
        var isWriting = true
        var counted = 0
        while !connection.isAnswered {
            let now = Clock.now()
            // A service that stops answering is not waited for without end.
            guard now < limit + 600_000_000_000 else { throw LoadFailure("the bulk request was not answered in time") }
            try fill(mayBegin: now < limit)
            try connection.flush()
            if isWriting != (connection.backlog > 0) {
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

    /// Keeps some chunks ahead of the socket, and no more.
    private func fill(mayBegin: Bool) throws {
        mix.refreshTimes()
        while connection.backlog < 128 * 1024 {
            chunk.removeAll(keepingCapacity: true)
            var lines = 0
            while chunk.count < 32 * 1024, let index = pick(mayBegin) {
                lines += 1
                if !mix.append(&open[index], to: &chunk) {
                    open.swapAt(index, open.count - 1)
                    open.removeLast()
                }
            }
            guard lines > 0 else { return connection.finish() }
            connection.put(chunk, lines: lines)
        }
    }

    /// Some order that is under way, after new ones have been begun where there is room; nil when all is done.
    private func pick(_ mayBegin: Bool) -> Int? {
        while mayBegin, outcome.orders < plan.orders, open.count < plan.breadth {
            open.append(mix.newOrder())
            outcome.orders += 1
        }
        return open.isEmpty ? nil : mix.pick(below: open.count)
    }
}
