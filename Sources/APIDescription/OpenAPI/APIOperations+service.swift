import Access
import HTTPTypes
import OrderAPI
import StrictJSON

extension APIOperation {
    /// Everything around the orders.
    static let service: [APIOperation] = statistics + projections + probes

    private static let statistics: [APIOperation] = [
        APIOperation(
            method: .get,
            path: "/v1/stats",
            id: "getStats",
            tag: .statistics,
            summary: "Counts per status and per minute, time in status, and what needs attention.",
            access: .permission(.shopFeeds),
            parameters: [
                APIParameter.query("shop", shops, "Only these shops.").adding(("explode", false)),
                APIParameter.minPosition,
            ],
            answers: [json("Stats", "The counts.", example: stats)],
            problems: [.notFound, .malformedPosition, .unknownPosition]
        )
    ]

    private static let projections: [APIOperation] = [
        APIOperation(
            method: .get,
            path: "/v1/projections",
            id: "listProjections",
            tag: .projections,
            summary: "Says how each projection stands, and how far it lags behind.",
            access: .permission(.administration),
            answers: [json("Projections", "The projections.", example: standing)]
        ),
        APIOperation(
            method: .post,
            path: "/v1/projections/{name}/replay",
            id: "startReplay",
            tag: .projections,
            summary: "Rebuilds a projection from the log; serving goes on.",
            note: "A new version is built beside the one that is served, and takes over at the log's head. `GET "
                + "/v1/projections` says how far it has come. One that was interrupted, by the end of its process too, goes on "
                + "where it had come to.",
            access: .permission(.administration),
            parameters: [projectionName],
            answers: [json("Replay", "It has begun.", status: 202, example: begun)],
            problems: [.notFound, .replayUnderWay]
        ),
        APIOperation(
            method: .delete,
            path: "/v1/projections/{name}/replay",
            id: "cancelReplay",
            tag: .projections,
            summary: "Cancels a replay, and drops what it has built.",
            note: "An interrupted one as well as one that is running, whichever process runs it.",
            access: .permission(.administration),
            parameters: [projectionName],
            answers: [
                APIAnswer(status: 202, note: "It has been told, and is still ending."),
                APIAnswer(status: 204, note: "Nothing is under way now, whether there was anything to cancel or not."),
            ],
            problems: [.notFound]
        ),
    ]

    private static let projectionName = APIParameter.path("name", APISchemas.projectionName, "The projection.")

    private static let probes: [APIOperation] = [
        APIOperation(
            method: .get,
            path: "/healthz",
            id: "health",
            tag: .service,
            summary: "Says that the process answers.",
            access: .permission(.publicPages),
            answers: [json("Health", "It does.", example: ["status": "ok"])]
        ),
        APIOperation(
            method: .get,
            path: "/readyz",
            id: "readiness",
            tag: .service,
            summary: "Says whether the service reaches its log and takes requests.",
            access: .permission(.publicPages),
            answers: [json("Health", "It does.", example: ["status": "ready"])],
            problems: [.unavailable, .internalError]
        ),
        APIOperation(
            method: .get,
            path: "/metrics",
            id: "metrics",
            tag: .service,
            summary: "Measurements in Prometheus' text format.",
            access: .permission(.administration),
            answers: [
                APIAnswer(status: 200, note: "The metrics.", content: [("text/plain", ["schema": ["type": "string"]])])
            ]
        ),
        APIOperation(
            method: .get,
            path: "/openapi.json",
            id: "openapi",
            tag: .service,
            summary: "This description.",
            access: .permission(.publicPages),
            answers: [
                APIAnswer(
                    status: 200,
                    note: "OpenAPI 3.1.",
                    headers: ["DocumentETag"],
                    content: [("application/json", ["schema": ["type": "object"]])]
                ),
                APIAnswer(status: 304, note: "As `If-None-Match` has it already.", headers: ["DocumentETag"]),
            ]
        ),
    ]

    private static func json(
        _ schema: String,
        _ note: String,
        status: Int = 200,
        example: JSONValue? = nil
    ) -> APIAnswer {
        let content: JSONValue = ["schema": APISchemas.reference(schema)]
        return APIAnswer(
            status: status,
            note: note,
            content: [("application/json", example.map { content.adding(("example", $0)) } ?? content)]
        )
    }
}
