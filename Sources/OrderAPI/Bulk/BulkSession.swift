import Foundation
import Hummingbird
import NIOCore
import OrderLog
import Orders
import ServiceLifecycle
import StrictJSON

/// One bulk request: one task reads, decodes and queues the lines in their order, while another writes their results in
/// the same order.
struct BulkSession: Sendable {
    private let appender: Appender
    private let submissions: SubmissionFactory
    private let caller: Caller
    private let results: BulkResults
    private let correlationId: String?
    private let trace: RequestTrace
    private let spool: ResultSpool
    private let patience: Duration
    private let disconnect: @Sendable () -> Void
    private let window = BulkWindow()

    /// - Parameters:
    ///   - patience: the time after which a client that takes no results, while nothing else can go on, loses its
    ///     connection.
    ///   - disconnect: closes the client's connection.
    init(
        appender: Appender,
        submissions: SubmissionFactory,
        caller: Caller,
        results: BulkResults,
        correlationId: String?,
        trace: RequestTrace,
        spool: ResultSpool,
        patience: Duration,
        disconnect: @escaping @Sendable () -> Void
    ) {
        self.appender = appender
        self.submissions = submissions
        self.caller = caller
        self.results = results
        self.correlationId = correlationId
        self.trace = trace
        self.spool = spool
        self.patience = patience
        self.disconnect = disconnect
    }

    /// Reads the request and writes the results, to the last line.
    ///
    /// - Throws: an error when the client leaves or takes nothing for too long, and when the service shuts down before
    ///   it has read the last line. The response then ends without its last chunk, which tells the client that results
    ///   are missing. Lines that were queued by then are appended all the same.
    func run(_ body: RequestBody, writingTo writer: inout any ResponseBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await readLines(of: body) }
                } catch {
                    window.finish(.cutOff)
                    throw error
                }
                window.finish(.complete)
            }
            group.addTask {
                defer { spool.finish() }
                await spoolResults()
            }
            group.addTask { await watchClient() }
            do {
                try await writeResults(to: &writer)
            } catch {
                abandon()
                group.cancelAll()
                throw error
            }
            // The reader has ended before the last result; the watch has not.
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func abandon() {
        spool.abandon()
        window.abandon()
    }

    /// Ends the connection of a client that takes nothing, until the task is cancelled.
    private func watchClient() async {
        while (try? await Task.sleep(for: patience / 60)) != nil {
            if spool.isStalled(for: patience) {
                abandon()
                disconnect()
                return
            }
            spool.retry()
        }
    }

    private func writeResults(to writer: inout any ResponseBodyWriter) async throws {
        while var results = try await spool.next() {
            // In parts, so that a slow client is seen to go on.
            while let part = results.readSlice(length: min(results.readableBytes, Self.blockSize)),
                part.readableBytes > 0
            {
                try await writer.write(part)
                spool.noteProgress()
            }
        }
    }

    private func readLines(of body: RequestBody) async throws {
        var splitter = LineSplitter(limit: JSONBody.limit)
        let memory = JSONBody.budget.share(of: caller.holder)
        var held = 0
        defer { memory.giveBack(held) }
        for try await var chunk in body {
            try Task.checkCancellation()
            while let piece = splitter.next(&chunk) {
                guard try await take(piece) else { return }
            }
            memory.giveBack(held)
            held = splitter.pendingByteCount
            guard held > 0, !memory.take(held) else { continue }
            held = 0
            guard try await take(splitter.skipLine()) else { return }
        }
        // The end of a request that was cut off is not the end of its last line.
        try Task.checkCancellation()
        if let piece = splitter.finish() { _ = try await take(piece) }
    }

    /// Puts a line into the window, once there is room for it.
    ///
    /// - Returns: false when nobody reads results any more.
    private func take(_ piece: LineSplitter.Piece) async throws -> Bool {
        try Task.checkCancellation()
        switch piece {
        case .tooLong(let number):
            guard await window.reserve(bytes: 0) else { return false }
            let problem = Problem(.bodyTooLarge, "A line holds at most \(JSONBody.limit / 1024) KiB.")
            window.append(BulkWindow.Line(number: number, orderId: nil, byteCount: 0, outcome: .refused(problem)))
        case .noRoom(let number):
            guard await window.reserve(bytes: 0) else { return false }
            let outcome = BulkWindow.Line.Outcome.refused(JSONBody.noRoom)
            window.append(BulkWindow.Line(number: number, orderId: nil, byteCount: 0, outcome: outcome))
        case .line(let number, let bytes):
            let byteCount = bytes.readableBytes
            guard await window.reserve(bytes: byteCount) else { return false }
            let (orderId, submission) = decode(bytes)
            let outcome: BulkWindow.Line.Outcome =
                switch submission {
                case .success(let submission): .queued(await appender.enqueue(submission))
                case .failure(let problem): .refused(problem)
                }
            window.append(
                BulkWindow.Line(number: number, orderId: orderId, byteCount: byteCount, outcome: outcome)
            )
        }
        return true
    }

    /// The order that the line names, where it names one and it can be read, and the command or the problem of the
    /// line.
    private func decode(_ bytes: ByteBuffer) -> (UUID?, Result<Submission, Problem>) {
        var orderId: UUID?
        do throws(Problem) {
            let line = try JSONBody.parse(bytes, name: "A line") { (node) throws(Problem) in
                do throws(InvalidCommand) {
                    return try BulkLine.decode(node)
                } catch {
                    orderId = BulkLine.orderId(of: node)
                    throw Problem(error)
                }
            }
            orderId = line.target ?? line.command.orderId
            let submission = try submission(line)
            return (submission.orderId, .success(submission))
        } catch {
            return (orderId, .failure(error))
        }
    }

    private func submission(_ line: BulkLine) throws(Problem) -> Submission {
        let envelope = SubmissionFactory.Envelope(
            target: line.target,
            commandId: line.commandId ?? UUIDv7.make().text,
            isCommandIdGenerated: line.commandId == nil,
            ifMatch: line.ifMatch.map { [$0] },
            correlationId: correlationId,
            trace: trace
        )
        return try submissions.submission(of: line.command, in: envelope, from: caller)
    }

    /// Passes results on in the order of their lines, or those of rejected lines and a summary. Known results are
    /// passed on together, and never wait for unknown ones.
    private func spoolResults() async {
        var results = ByteBuffer()
        var summary = BulkSummary()
        while true {
            var line = window.popIfAvailable()
            if line?.isReady != true || results.readableBytes >= Self.blockSize, results.readableBytes > 0 {
                guard await spool.append(results) else { return }
                results.clear()
            }
            if line == nil { line = await window.next() }
            guard let line else { break }
            let (outcome, text) = await Self.result(of: line)
            summary.count(outcome)
            if self.results == .all || outcome == .rejected {
                results.writeBytes(text)
                results.writeInteger(UInt8(ascii: "\n"))
            }
            window.release(line)
        }
        if self.results == .rejected, window.ending == .complete {
            results.writeBytes(summary.json)
            results.writeInteger(UInt8(ascii: "\n"))
        }
        if results.readableBytes > 0 { _ = await spool.append(results) }
    }

    /// The bytes of results that are passed on, and written, together.
    private static let blockSize = 16 * 1024

    private static func result(of line: BulkWindow.Line) async -> (outcome: BulkOutcome, text: [UInt8]) {
        let result: Result<CommandReceipt, Problem>
        switch line.outcome {
        case .refused(let problem): result = .failure(problem)
        case .queued(let pending):
            do throws(AppendRefusal) {
                result = .success(try await pending.receipt())
            } catch {
                result = .failure(Problem(error))
            }
        }
        let outcome: BulkOutcome =
            switch result {
            // Without events: the order knew the fact, from another command.
            case .success(let receipt): receipt.replayed || receipt.events.isEmpty ? .duplicate : .accepted
            case .failure: .rejected
            }
        let text = JSONWriter.object { writer in
            writer.field("line", line.number)
            writer.field("result", outcome.rawValue)
            switch result {
            case .success(let receipt):
                writer.field("orderId", receipt.orderId.text)
                writer.field("position", receipt.position.description)
            case .failure(let problem):
                writer.field("orderId", line.orderId?.text)
                writer.key("problem")
                writer.raw(problem.json)
            }
        }
        return (outcome, text)
    }
}
