import EventStreams
import HTTPTypes
import Hummingbird
import Logging
import OrderAPI
import OrderLog
import Orders

/// `GET /track/{token}`: the order of a tracking link as its customer reads it, in JSON or as a page. The link is all
/// that a request needs.
///
/// The path is a secret. The answers therefore tell browsers to name it to no other site and caches to keep nothing,
/// and logs hold the route in place of the path. The query is ignored: mail programs and campaigns add to links.
struct TrackRoutes: Sendable {
    let renderer: PageRenderer
    let opener: LinkOpener
    let reader: LogReader
    let positionEncoder: PositionEncoder

    func add(to router: Router<WaybillContext>) {
        router.get("/track/:token") { request, context in
            let accepted = AcceptedTypes(request.headers[values: .accept])
            let wantsJSON = accepted.prefer("application/json", to: "text/html")
            do {
                return Self.secret(try await answer(request, context, wantsJSON: wantsJSON))
            } catch {
                let problem = Problem(error, on: request.uri.path, logger: context.logger)
                // A browser shows the problem as a page; programs, which seldom ask for one, get problem details.
                guard problem.status != .notFound || !accepted.prefer("text/html", to: "application/json") else {
                    return Self.secret(
                        try renderer.response(
                            to: request,
                            "track-dead",
                            DeadTrackPage(),
                            PageOptions(status: .notFound)
                        )
                    )
                }
                return Self.secret(problem.response)
            }
        }
    }

    private func answer(_ request: Request, _ context: WaybillContext, wantsJSON: Bool) async throws -> Response {
        if !FetchMetadata(request.head).isTopLevelNavigation { try opener.refuseOtherSites(request.head) }
        let link = try await opener.open(
            Substring(context.parameters.get("token") ?? ""),
            request.head,
            from: context.clientAddress
        )
        guard let stored = try await reader.order(link.orderId, scope: link.scope).stored else {
            throw Problem.notFound
        }
        guard wantsJSON else { return try renderer.response(to: request, "track", TrackPage(stored)) }
        let json = stored.order.json(
            for: .customer,
            role: .customer,
            position: positionEncoder(stored.position, for: .customer),
            recordedAt: stored.recordedAt
        )
        return .json(json, headers: [.eTag: "\"\(stored.order.version)\""])
    }

    /// The header fields of every answer whose path holds a token.
    private static func secret(_ response: Response) -> Response {
        var response = response
        response.headers[.cacheControl] = "no-store"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.robotsTag] = "noindex, nofollow"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        response.headers[.vary] = "Accept, Accept-Encoding, Sec-Fetch-Site"
        return response
    }
}
