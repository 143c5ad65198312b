import Access
import HTTPTransport
import HTTPTypes
import Hummingbird
import Logging
import OrderLog

/// `POST /v1/commands`: takes many commands in one request, one a line, and writes each result while the request goes
/// on.
struct BulkRoutes: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory
    /// The disk space of results that wait, of all requests: 1 GiB, of which one caller alone gets a quarter, and those
    /// of the same shops together a third.
    let quota = SharedBudget(limit: 1 << 30, callerDivisor: 3, shopsDivisor: 2)
    /// The time after which a client that takes no results loses its connection.
    let patience: Duration

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/commands") { request, context in
            try await takeLines(request, context)
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
        // The response begins before the body is read.
        _ = try ContentCoding.of(request.headers)
        let channel = context.channel
        let session = BulkSession(
            appender: appender,
            submissions: submissions,
            caller: caller,
            results: results,
            correlationId: CommandHeaders.correlationId(request.headers),
            trace: CommandHeaders.trace(request.headers),
            spool: ResultSpool(quota: quota.share(of: caller.holder)) { [logger = context.logger] error in
                logger.warning(
                    "results of a bulk request cannot wait in a file; its lines are read as the client takes results",
                    metadata: ["error": "\(error)"]
                )
            },
            patience: patience,
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
}
