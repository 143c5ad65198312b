import Access
import Foundation
import HTTPTypes
import Hummingbird
import OrderLog
import Orders
import StrictJSON

/// `POST /v1/orders` and `POST /v1/orders/{id}/{command}`.
struct CommandRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/orders") { request, context in
            try await submit(.placeOrder, orderId: nil, request, context)
        }
        for name in CommandName.allCases where name != .placeOrder {
            router.post("/v1/orders/:id/\(name.path)") { request, context in
                // The id is parsed after the role is checked: a caller without the right learns nothing about ids.
                try await submit(name, orderId: context.parameters.get("id"), request, context)
            }
        }
    }

    private func submit(
        _ name: CommandName,
        orderId: String?,
        _ request: Request,
        _ context: WaybillContext
    ) async throws -> Response {
        let isReport = name == .placeOrder || name.isFact
        let caller = try await authorizer.authorize(
            request,
            in: context,
            to: isReport ? .placeAndReport : .otherCommands
        )
        let headers = try CommandHeaders(request)
        _ = try QueryReader(request, parameters: [])
        do {
            let target = try orderId.map { text in
                guard let id = UUID(text: text) else { throw Problem.notFound }
                return id
            }
            let submission = try await read(name, for: target, headers, from: caller, request)
            let receipt = try await appender.submit(submission)
            return Self.response(to: headers, receipt, isCreated: name == .placeOrder)
        } catch let refusal as AppendRefusal {
            throw Self.withCommandId(of: headers, Problem(refusal))
        } catch let problem as Problem {
            throw Self.withCommandId(of: headers, problem)
        }
    }

    private func read(
        _ name: CommandName,
        for target: UUID?,
        _ headers: CommandHeaders,
        from caller: Caller,
        _ request: Request
    ) async throws -> Submission {
        let command = try await JSONBody.read(request) { (body) throws(Problem) in
            do throws(InvalidCommand) {
                return try OrderCommand.decode(name, body)
            } catch {
                throw Problem(error)
            }
        }
        let envelope = SubmissionFactory.Envelope(
            target: target,
            commandId: headers.commandId,
            isCommandIdGenerated: headers.isCommandIdGenerated,
            ifMatch: headers.ifMatch,
            correlationId: headers.correlationId
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
