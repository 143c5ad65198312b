import Foundation
import Hummingbird
import NIOCore
import OrderLog
import Orders
import ServiceLifecycle
import StrictJSON

/// One bulk request: lines are read, decoded and queued in their order by one task, while another writes their results in
/// the same order.
struct BulkSession: Sendable {
    let appender: Appender
    let submissions: SubmissionFactory
    let caller: Caller
    let correlationId: String?
    private let window = BulkWindow()

    init(appender: Appender, submissions: SubmissionFactory, caller: Caller, correlationId: String?) {
        self.appender = appender
        self.submissions = submissions
        self.caller = caller
        self.correlationId = correlationId
    }

    /// - Throws: when the client leaves, or the service shuts down before the last line was read. Either way the response
    ///   ends without its last chunk, so that the client knows that results are missing; lines queued by then are appended.
    func run(_ body: RequestBody, _ writer: inout any ResponseBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { window.finish() }
                try await cancelWhenGracefulShutdown { try await read(body) }
            }
            do {
                try await write(to: &writer)
            } catch {
                window.abandon()
                group.cancelAll()
                throw error
            }
            try await group.waitForAll()
        }
    }

    private func read(_ body: RequestBody) async throws {
        var splitter = LineSplitter(limit: JSONBody.limit)
        for try await var chunk in body {
            while let piece = splitter.next(&chunk) {
                guard try await take(piece) else { return }
            }
        }
        // A request that was cut off has no last line.
        try Task.checkCancellation()
        if let piece = splitter.finish() { _ = try await take(piece) }
    }

    /// - Returns: false when nobody reads results any more.
    private func take(_ piece: LineSplitter.Piece) async throws -> Bool {
        try Task.checkCancellation()
        switch piece {
        case .tooLong(let number):
            guard await window.admit(0) else { return false }
            let problem = Problem(.bodyTooLarge, "A line holds at most \(JSONBody.limit / 1024) KiB.")
            window.put(BulkWindow.Line(number: number, orderId: nil, weight: 0, outcome: .refused(problem)))
        case .line(let number, let bytes):
            let weight = bytes.readableBytes
            guard await window.admit(weight) else { return false }
            let (orderId, submission) = decode(bytes)
            let outcome: BulkWindow.Line.Outcome =
                switch submission {
                case .success(let submission): .queued(await appender.enqueue(submission))
                case .failure(let problem): .refused(problem)
                }
            window.put(BulkWindow.Line(number: number, orderId: orderId, weight: weight, outcome: outcome))
        }
        return true
    }

    /// The order that the line is for, where that can be read, and the command or why there is none.
    private func decode(_ bytes: ByteBuffer) -> (UUID?, Result<Submission, Problem>) {
        var orderId: UUID?
        do throws(Problem) {
            let line = try JSONBody.parse(bytes, what: "A line") { (node) throws(Problem) in
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
            commandIdIsOurs: line.commandId == nil,
            ifMatch: line.ifMatch,
            correlationId: correlationId
        )
        return try submissions.submission(of: line.command, envelope, from: caller)
    }

    /// Results that are known go out together; nothing that is known waits for what is not.
    private func write(to writer: inout any ResponseBodyWriter) async throws {
        var results = ByteBuffer()
        while true {
            var line = window.poll()
            if line?.isReady != true, results.readableBytes > 0 {
                try await writer.write(results)
                results.clear()
            }
            if line == nil { line = await window.next() }
            guard let line else { break }
            results.writeBytes(await Self.result(of: line))
            results.writeInteger(UInt8(ascii: "\n"))
            window.release(line)
            if results.readableBytes >= Self.block {
                try await writer.write(results)
                results.clear()
            }
        }
        if results.readableBytes > 0 { try await writer.write(results) }
    }

    /// Bytes of results in one write, about.
    private static let block = 16 * 1024

    private static func result(of line: BulkWindow.Line) async -> [UInt8] {
        let answer: Result<CommandReceipt, Problem>
        switch line.outcome {
        case .refused(let problem): answer = .failure(problem)
        case .queued(let ticket):
            do throws(AppendRefusal) {
                answer = .success(try await ticket.receipt())
            } catch {
                answer = .failure(Problem(error))
            }
        }
        return JSONWriter.object { writer in
            writer.field("line", line.number)
            switch answer {
            case .success(let receipt):
                writer.field("result", receipt.replayed ? "duplicate" : "accepted")
                writer.field("orderId", receipt.orderId.text)
                writer.field("position", receipt.position.description)
            case .failure(let problem):
                writer.field("result", "rejected")
                writer.field("orderId", line.orderId?.text)
                writer.key("problem")
                writer.raw(problem.json)
            }
        }
    }
}
