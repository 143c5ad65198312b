import Foundation
import HTTPTransport
import HTTPTypes
import NIOCore
import OrderLog
import Orders
import StrictJSON

/// A request for a single command whose caller is authorized and whose head is checked. Reads its body and makes its
/// answer, the same whether the framework answers the request or `CommandRequestHandler`.
final class CommandCall: Sendable {
    let name: CommandName
    let target: CommandTarget
    let caller: Caller
    /// The request's span; nil where there is no tracer.
    let span: RequestSpan?
    private let orderId: UUID?
    private let headers: CommandHeaders
    private let fields: HTTPFields
    private let submissions: SubmissionFactory

    /// - Parameters:
    ///   - query: the text that follows the path's question mark.
    ///   - caller: may give the command.
    /// - Throws: `Problem` 400, 404, 413 or 415.
    init(
        _ name: CommandName,
        to target: CommandTarget,
        _ fields: HTTPFields,
        query: Substring?,
        from caller: Caller,
        submissions: SubmissionFactory,
        span: @autoclosure () -> RequestSpan? = nil
    ) throws {
        self.name = name
        self.target = target
        self.caller = caller
        self.fields = fields
        self.submissions = submissions
        let headers = try CommandHeaders(fields)
        _ = try QueryReader(query, parameters: [])
        self.headers = headers
        do throws(Problem) {
            orderId = try Self.orderId(of: target)
            try JSONBody.refuseUnread(fields)
        } catch {
            throw Self.withCommandId(of: headers, error)
        }
        self.span = span()
    }

    private static func orderId(of target: CommandTarget) throws(Problem) -> UUID? {
        guard case .order(let text) = target else { return nil }
        // After the role was checked: a caller without the right learns nothing about ids.
        guard let id = text.flatMap(UUID.init(text:)) else { throw Problem.notFound }
        return id
    }

    /// The pattern of the route, as traces name it.
    var route: String {
        if case .order = target { "/v1/orders/{id}/\(name.path)" } else { target.route }
    }

    /// Reads the command of the request's whole body.
    ///
    /// - Throws: `Problem` 400, 403, 415 or 422.
    // The optimiser of Swift 6.3.1 crashes where this is inlined into a coroutine.
    @inline(never)
    func submission(of body: ByteBuffer) throws(Problem) -> Submission {
        let envelope = SubmissionFactory.Envelope(
            target: orderId,
            commandId: headers.commandId,
            isCommandIdGenerated: headers.isCommandIdGenerated,
            ifMatch: headers.ifMatch,
            correlationId: headers.correlationId,
            trace: headers.trace,
            timings: span?.timings
        )
        do throws(Problem) {
            let command = try JSONBody.read(body, of: fields, decode)
            let submission = try submissions.submission(of: command, in: envelope, from: caller)
            span?.submits(submission)
            return submission
        } catch {
            span?.refused(error.code)
            throw withCommandId(error)
        }
    }

    private func decode(_ body: JSONNode) throws(Problem) -> OrderCommand {
        do throws(InvalidCommand) {
            if case .trackingNumber = target { return try OrderCommand.decodeTrackedScan(body) }
            return try OrderCommand.decode(name, body)
        } catch {
            throw Problem(error)
        }
    }

    /// The response to the command's answer.
    func response(to answer: PendingReceipt.Answer) -> TransportAnswer {
        switch answer {
        case .success(let receipt):
            span?.accepted(receipt)
            return response(to: receipt)
        case .failure(let refusal):
            let problem = withCommandId(Problem(refusal))
            span?.refused(problem.code)
            return problem.answer
        }
    }

    private func response(to receipt: CommandReceipt) -> TransportAnswer {
        let orderId = receipt.orderId.text
        let body = JSONWriter.object { writer in
            writer.field("orderId", orderId)
            writer.field("version", receipt.version)
            writer.field("status", receipt.status)
            writer.field("position", receipt.position.description)
            writer.array("events", receipt.events) { writer, event in
                writer.object { writer in
                    writer.field("position", event.position.description)
                    writer.field("type", event.type)
                    // Backends and staff alone give commands, and both may know of anomalies.
                    writer.field("anomaly", event.anomaly)
                }
            }
        }
        let isCreated = name == .placeOrder
        var fields: HTTPFields = [.eTag: "\"\(receipt.version)\""]
        if isCreated { fields[.location] = "/v1/orders/\(orderId)" }
        if receipt.replayed { fields[.idempotentReplayed] = "true" }
        if headers.isCommandIdGenerated { fields[.commandId] = headers.commandId }
        return .json(body, status: isCreated ? .created : .ok, fields: fields)
    }

    /// Adds the id that the service made for the command: a client that does not know what became of the command sends
    /// it again under this id.
    func withCommandId(_ problem: Problem) -> Problem { Self.withCommandId(of: headers, problem) }

    private static func withCommandId(of headers: CommandHeaders, _ problem: Problem) -> Problem {
        var problem = problem
        if headers.isCommandIdGenerated { problem.headers[.commandId] = headers.commandId }
        return problem
    }
}
