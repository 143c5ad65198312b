import Access
import Foundation
import HTTPTypes
import Hummingbird
import OrderLog
import Orders
import StrictJSON

/// `POST /v1/orders`, `POST /v1/orders/{id}/{command}` and `POST /v1/scans`.
struct CommandRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory

    /// The part of a route that decides how its body is read.
    private enum Target {
        case newOrder
        /// The text that the path has in place of an order's id; nil where it has none.
        case order(String?)
        /// The parcel that the body names by tracking number.
        case trackingNumber
    }

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/orders") { request, context in
            try await submit(.placeOrder, to: .newOrder, request, context)
        }
        for name in CommandName.allCases where name != .placeOrder {
            router.post("/v1/orders/:id/\(name.path)") { request, context in
                // The id is parsed after the role is checked: a caller without the right learns nothing about ids.
                try await submit(name, to: .order(context.parameters.get("id")), request, context)
            }
        }
        router.post("/v1/scans") { request, context in
            try await submit(.recordScan, to: .trackingNumber, request, context)
        }
    }

    private func submit(
        _ name: CommandName,
        to target: Target,
        _ request: Request,
        _ context: WaybillContext
    ) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .command(name))
        let headers = try CommandHeaders(request)
        _ = try QueryReader(request, parameters: [])
        do {
            let timings = context.span?.timings
            let submission = try await read(name, for: target, headers, from: caller, request, timings: timings)
            context.span?.submits(submission)
            let receipt = try await appender.submit(submission)
            context.span?.accepted(receipt)
            return Self.response(to: headers, receipt, isCreated: name == .placeOrder)
        } catch let refusal as AppendRefusal {
            throw Self.withCommandId(of: headers, Problem(refusal))
        } catch let problem as Problem {
            throw Self.withCommandId(of: headers, problem)
        }
    }

    private func read(
        _ name: CommandName,
        for target: Target,
        _ headers: CommandHeaders,
        from caller: Caller,
        _ request: Request,
        timings: CommandTimings?
    ) async throws -> Submission {
        var orderId: UUID?
        if case .order(let text) = target {
            guard let id = text.flatMap(UUID.init(text:)) else { throw Problem.notFound }
            orderId = id
        }
        let command = try await JSONBody.read(request, from: caller) { (body) throws(Problem) in
            do throws(InvalidCommand) {
                if case .trackingNumber = target { return try OrderCommand.decodeTrackedScan(body) }
                return try OrderCommand.decode(name, body)
            } catch {
                throw Problem(error)
            }
        }
        let envelope = SubmissionFactory.Envelope(
            target: orderId,
            commandId: headers.commandId,
            isCommandIdGenerated: headers.isCommandIdGenerated,
            ifMatch: headers.ifMatch,
            correlationId: headers.correlationId,
            trace: headers.trace,
            timings: timings
        )
        return try submissions.submission(of: command, in: envelope, from: caller)
    }

    /// Adds the id that the service made for the command: a client that does not know what became of the command sends
    /// it again under this id.
    private static func withCommandId(of headers: CommandHeaders, _ problem: Problem) -> Problem {
        var problem = problem
        if headers.isCommandIdGenerated { problem.headers[.commandId] = headers.commandId }
        return problem
    }

    private static func response(
        to headers: CommandHeaders,
        _ receipt: CommandReceipt,
        isCreated: Bool
    ) -> Response {
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
        var fields: HTTPFields = [.eTag: "\"\(receipt.version)\""]
        if isCreated { fields[.location] = "/v1/orders/\(orderId)" }
        if receipt.replayed { fields[.idempotentReplayed] = "true" }
        if headers.isCommandIdGenerated { fields[.commandId] = headers.commandId }
        return .json(body, status: isCreated ? .created : .ok, headers: fields)
    }
}
