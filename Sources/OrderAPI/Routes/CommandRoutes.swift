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
                // The role is judged first: who may not command at all learns nothing about ids.
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
        let reports = name == .placeOrder || name.isFact
        let caller = try await authorizer.authorize(request, context, to: reports ? .placeAndReport : .otherCommands)
        let headers = try CommandHeaders(request)
        _ = try QueryReader(request, known: [])
        do {
            let target = try orderId.map { text in
                guard let id = UUID(text: text) else { throw Problem.notFound }
                return id
            }
            let submission = try await read(name, target, headers, caller, request)
            let receipt = try await appender.submit(submission)
            return Self.answer(receipt, created: name == .placeOrder, headers)
        } catch let refusal as AppendRefusal {
            throw Self.tagged(Problem(refusal), headers)
        } catch let problem as Problem {
            throw Self.tagged(problem, headers)
        }
    }

    private func read(
        _ name: CommandName,
        _ target: UUID?,
        _ headers: CommandHeaders,
        _ caller: Caller,
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
            commandIdIsOurs: headers.commandIdIsOurs,
            ifMatch: headers.ifMatch,
            correlationId: headers.correlationId
        )
        return try submissions.submission(of: command, envelope, from: caller)
    }

    /// A client that sent no id needs ours most when it does not know what became of the command.
    private static func tagged(_ problem: Problem, _ headers: CommandHeaders) -> Problem {
        var problem = problem
        if headers.commandIdIsOurs { problem.headers[.commandId] = headers.commandId }
        return problem
    }

    private static func answer(_ receipt: CommandReceipt, created: Bool, _ headers: CommandHeaders) -> Response {
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
        if created { fields[.location] = "/v1/orders/\(orderId)" }
        if receipt.replayed { fields[.idempotentReplayed] = "true" }
        if headers.commandIdIsOurs { fields[.commandId] = headers.commandId }
        return .json(body, status: created ? .created : .ok, headers: fields)
    }
}
