import Hummingbird
import OrderLog
import Orders

/// `POST /v1/orders`, `POST /v1/orders/{id}/{command}` and `POST /v1/scans`, where the framework answers them:
/// `CommandRequestHandler` takes most of their requests before.
struct CommandRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/orders") { request, context in
            try await submit(.placeOrder, to: .newOrder, request, context)
        }
        for name in CommandName.allCases where name != .placeOrder {
            router.post("/v1/orders/:id/\(name.path)") { request, context in
                try await submit(name, to: .order(context.parameters.get("id")), request, context)
            }
        }
        router.post("/v1/scans") { request, context in
            try await submit(.recordScan, to: .trackingNumber, request, context)
        }
    }

    private func submit(
        _ name: CommandName,
        to target: CommandTarget,
        _ request: Request,
        _ context: WaybillContext
    ) async throws -> Response {
        let call = try CommandCall(
            name,
            to: target,
            request.headers,
            query: request.uri.query.map { $0[...] },
            from: try await authorizer.authorize(request, in: context, to: .command(name)),
            submissions: submissions,
            span: context.span
        )
        do {
            let submission = try call.submission(of: try await JSONBody.collect(request, from: call.caller))
            return Response(call.response(to: await answer(to: submission)))
        } catch let problem as Problem {
            throw call.withCommandId(problem)
        }
    }

    private func answer(to submission: Submission) async -> PendingReceipt.Answer {
        do throws(AppendRefusal) {
            return .success(try await appender.submit(submission))
        } catch {
            return .failure(error)
        }
    }
}
