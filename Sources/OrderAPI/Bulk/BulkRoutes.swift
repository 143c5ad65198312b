import Access
import HTTPTypes
import Hummingbird
import NIOCore
import OrderLog

/// `POST /v1/commands`: many commands in one request, a line each, answered line by line while they come.
struct BulkRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/commands") { request, context in
            do {
                return try await bulk(request, context)
            } catch let problem as Problem {
                return Self.refusal(problem, context.channel)
            }
        }
    }

    private func bulk(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, context, to: .placeAndReport)
        _ = try QueryReader(request, known: [])
        guard ContentType.matches(request.headers[.contentType], ContentType.ndjson) else {
            throw Problem(.unsupportedMediaType, "Bulk commands are \(ContentType.ndjson), one JSON object a line.")
        }
        let session = BulkSession(
            appender: appender,
            submissions: submissions,
            caller: caller,
            correlationId: CommandHeaders.correlationId(request)
        )
        let body = request.body
        return Response(
            status: .ok,
            headers: [.contentType: ContentType.ndjson, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await session.run(body, &writer)
                try await writer.finish(nil)
            }
        )
    }

    /// The request may be endless, and the server would read it to its end once the answer is out. So the answer is not
    /// over before the connection is: it closes when the client does, or has had time to read why.
    private static func refusal(_ problem: Problem, _ channel: any Channel) -> Response {
        var problem = problem
        problem.headers[.connection] = "close"
        var response = problem.response
        let json = ByteBuffer(bytes: problem.json)
        response.body = ResponseBody(contentLength: json.readableBytes) { writer in
            try await writer.write(json)
            try await writer.finish(nil)
            channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
            try await channel.closeFuture.get()
        }
        return response
    }
}
