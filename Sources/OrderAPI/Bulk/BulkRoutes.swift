import Access
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OrderLog

/// `POST /v1/commands`: takes many commands in one request, one a line, and writes each result while the request goes
/// on.
struct BulkRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory
    let quota = SpoolQuota()
    let logger: Logger

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/commands") { request, context in
            do {
                return try await takeLines(request, context)
            } catch let problem as Problem {
                return Self.refusal(problem, closing: context.channel)
            }
        }
    }

    private func takeLines(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .placeAndReport)
        let query = try QueryReader(request, parameters: ["results"])
        let results = try query.word("results", of: BulkResults.self) ?? .all
        guard ContentType.matches(request.headers[.contentType], ContentType.ndjson) else {
            throw Problem(
                .unsupportedMediaType,
                "The body of bulk commands is \(ContentType.ndjson), one JSON object a line."
            )
        }
        let channel = context.channel
        let session = BulkSession(
            appender: appender,
            submissions: submissions,
            caller: caller,
            results: results,
            correlationId: CommandHeaders.correlationId(request),
            spool: ResultSpool(quota: quota) { [logger] error in
                logger.warning(
                    "results of a bulk request cannot wait in a file; its lines are read as the client takes results",
                    metadata: ["error": "\(error)"]
                )
            },
            disconnect: { channel.close(promise: nil) }
        )
        let body = request.body
        return Response(
            status: .ok,
            headers: [.contentType: ContentType.ndjson, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await session.run(body, writingTo: &writer)
                try await writer.finish(nil)
            }
        )
    }

    /// The response to a refused request, which closes the connection after a second or when the client closes it.
    ///
    /// The request may be endless, and the server reads a request to its end after the response. So the response's body
    /// does not end before the connection does. The second lets the client read the problem.
    private static func refusal(_ problem: Problem, closing channel: any Channel) -> Response {
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
