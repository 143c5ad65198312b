import Access
import HTTPTypes
import OrderAPI
import StrictJSON

extension APIOperation {
    /// The operations for statistics, projections and the service itself.
    static let service: [APIOperation] = statistics + projections + sessions + probes

    private static let statistics: [APIOperation] = [
        APIOperation(
            method: .get,
            path: "/v1/stats",
            id: "getStats",
            tag: .statistics,
            summary:
                "Reads counts per status and per minute, the time in each status, and the orders that need attention.",
            permission: .shopFeeds,
            parameters: [
                APIParameter.query("shop", shops, "Only these shops, which the token must include.").adding(
                    ("explode", false)
                ),
                APIParameter.query(
                    "attentionLimit",
                    ["type": "integer", "minimum": 1, "maximum": 1000, "default": 20],
                    "The most orders of `attention.newest`."
                ),
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
            summary: "Lists the projections with their state and their lag behind the log.",
            permission: .administration,
            answers: [json("Projections", "The projections.", example: projectionStates)]
        ),
        APIOperation(
            method: .post,
            path: "/v1/projections/{name}/replay",
            id: "startReplay",
            tag: .projections,
            summary: "Rebuilds a projection from the log, while its current version is served.",
            note: """
                The replay builds a new version beside the served one, which it replaces at the log's head. `GET \
                /v1/projections` shows the progress. A replay that was interrupted, such as by the end of its process, is \
                continued.
                """,
            permission: .administration,
            parameters: [projectionName],
            answers: [json("Replay", "The replay has begun.", status: 202, example: replayStarted)],
            problems: [.notFound, .replayUnderWay]
        ),
        APIOperation(
            method: .delete,
            path: "/v1/projections/{name}/replay",
            id: "cancelReplay",
            tag: .projections,
            summary: "Cancels a replay, and drops the version that it builds.",
            note: "Cancels interrupted replays as well as running ones, whichever process runs them.",
            permission: .administration,
            parameters: [projectionName],
            answers: [
                APIAnswer(status: 202, note: "The replay has been told to stop, and is still ending."),
                APIAnswer(status: 204, note: "No replay is under way now. Also where there was none to cancel."),
            ],
            problems: [.notFound]
        ),
    ]

    private static let projectionName = APIParameter.path(
        "name",
        APISchemas.reference("ProjectionName"),
        "The projection."
    )

    private static let sessions: [APIOperation] = [
        APIOperation(
            method: .post,
            path: "/session",
            id: "beginSession",
            tag: .service,
            summary: "Exchanges a bearer token for a session's cookie, for pages in a browser.",
            note: """
                The cookie takes the token's place on requests of the service's own pages, streams included, and on no others: \
                by Fetch Metadata, else by `Origin`. The session ends with the token, when the token's key is withdrawn, and by \
                `DELETE /session`.
                """,
            permission: .session,
            answers: [APIAnswer(status: 204, note: "The session has begun.", headers: ["Set-Cookie"])],
            problems: [.crossSite]
        ),
        APIOperation(
            method: .get,
            path: "/session",
            id: "getSession",
            tag: .service,
            summary: "Tells who is signed in, by a session or a bearer token, and until when.",
            permission: .session,
            answers: [
                json(
                    "Session",
                    "The person.",
                    example: [
                        "role": "staff", "subject": "anna", "shops": ["aurora", "borealis"],
                        "expiresAt": "2026-11-05T18:01:00Z",
                    ]
                )
            ]
        ),
        APIOperation(
            method: .delete,
            path: "/session",
            id: "endSession",
            tag: .service,
            summary: "Ends the session that the request's cookie names, and its streams.",
            permission: .session,
            answers: [
                APIAnswer(
                    status: 204,
                    note: "The session has ended. Also where a bearer token comes without a session's cookie; without "
                        + "either the answer is 401.",
                    headers: ["Set-Cookie"]
                )
            ]
        ),
    ]

    private static let probes: [APIOperation] = [
        APIOperation(
            method: .get,
            path: "/v1/status",
            id: "getStatus",
            tag: .service,
            summary: "Tells the version, the database's sizes and the last failures in the service's log.",
            note: """
                The sizes are measured once in 10 s at most. The failures hold messages alone, without anything of orders and \
                customers; the log has the details. They are this process's, since its start.
                """,
            permission: .administration,
            answers: [json("ServiceStatus", "The status.", example: serviceStatus)]
        ),
        APIOperation(
            method: .get,
            path: "/healthz",
            id: "health",
            tag: .service,
            summary: "Tells that the process answers.",
            permission: .publicPages,
            answers: [json("Health", "The process answers.", example: ["status": "ok"])]
        ),
        APIOperation(
            method: .get,
            path: "/readyz",
            id: "readiness",
            tag: .service,
            summary: "Tells whether the service reaches its log and takes requests.",
            permission: .publicPages,
            answers: [json("Health", "The service is ready.", example: ["status": "ready"])],
            problems: [.unavailable, .noKeys, .internalError]
        ),
        APIOperation(
            method: .get,
            path: "/metrics",
            id: "metrics",
            tag: .service,
            summary: "Reads the metrics in Prometheus' text format.",
            permission: .administration,
            answers: [
                APIAnswer(status: 200, note: "The metrics.", content: [("text/plain", ["schema": ["type": "string"]])])
            ]
        ),
        APIOperation(
            method: .get,
            path: "/openapi.json",
            id: "openapi",
            tag: .service,
            summary: "Reads this description.",
            permission: .publicPages,
            answers: [
                APIAnswer(
                    status: 200,
                    note: "The description, in OpenAPI 3.1.",
                    headers: ["DocumentETag"],
                    content: [("application/json", ["schema": ["type": "object"]])]
                ),
                APIAnswer(
                    status: 304,
                    note: "The client's copy, which `If-None-Match` names, is current.",
                    headers: ["DocumentETag"]
                ),
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
