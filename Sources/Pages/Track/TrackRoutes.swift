import EventStreams
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OrderAPI
import OrderLog
import Orders

/// `GET /track/{token}`: the order of a tracking link as its customer reads it, in JSON or as a page, and
/// `GET /track/{token}/delivery.ics`: its expected deliveries for a calendar. The link is all that a request needs.
///
/// The path is a secret. The answers therefore tell browsers to name it to no other site and caches to keep nothing,
/// and logs hold the route in place of the path. Of the query `lang` and `zone` count; the rest is ignored: mail
/// programs and campaigns add to links.
struct TrackRoutes: Sendable {
    let renderer: PageRenderer
    let opener: LinkOpener
    let reader: LogReader
    let positionEncoder: PositionEncoder

    /// A request's order as it is read.
    private struct Reading {
        let stored: StoredOrder
        let tracked: TrackedOrder
        let page: TrackLocale
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/track/:token") { request, context in
            let accepted = AcceptedTypes(request.headers[values: .accept])
            do {
                guard !accepted.takePage else {
                    return Self.secret(try page(of: try await read(request, context), request, context))
                }
                return Self.secret(json(of: try await order(of: try await open(request, context))))
            } catch {
                return try refusal(error, request, context, accepted)
            }
        }
        router.get("/track/:token/delivery.ics") { request, context in
            let accepted = AcceptedTypes(request.headers[values: .accept])
            do {
                return Self.secret(try calendar(of: try await read(request, context), context, accepted))
            } catch {
                return try refusal(error, request, context, accepted)
            }
        }
    }

    // MARK: Reading

    private func open(_ request: Request, _ context: WaybillContext) async throws -> LiveLink {
        if !FetchMetadata(request.head).isTopLevelNavigation { try opener.refuseOtherSites(request.head) }
        return try await opener.open(
            Substring(context.parameters.get("token") ?? ""),
            request.head,
            from: context.clientAddress
        )
    }

    private func order(of link: LiveLink) async throws -> StoredOrder {
        guard let stored = try await reader.order(link.orderId, scope: link.scope).stored else {
            throw Problem.notFound
        }
        return stored
    }

    private func read(_ request: Request, _ context: WaybillContext) async throws -> Reading {
        let link = try await open(request, context)
        guard let (stored, events) = try await TrackReader(reader: reader).read(link) else { throw Problem.notFound }
        let tracked = TrackedOrder(
            stored.order,
            events: events,
            now: Timestamp(Date()),
            readerZone: request.uri.queryParameters["zone"].map(String.init)
        )
        return Reading(stored: stored, tracked: tracked, page: Self.locale(request, stored.order.locale))
    }

    private static func locale(_ request: Request, _ orderLocale: String?) -> TrackLocale {
        TrackLocale(
            chosen: request.uri.queryParameters["lang"].map(String.init),
            accepted: request.headers[values: .acceptLanguage],
            orderLocale: orderLocale
        )
    }

    // MARK: Answers

    private func page(of reading: Reading, _ request: Request, _ context: WaybillContext) throws -> Response {
        let view = TrackView(reading.tracked, reading.page)
        // A version has one page until time changes it, but for the time of reading: so the tag is a weak one.
        let parts = [
            "\(reading.stored.order.version)", reading.page.tag, reading.tracked.zone.identifier,
            view.changesAt.rfc3339, try renderer.source.current.assets.path,
        ]
        let tag = EntityTag(of: Array(parts.joined(separator: " ").utf8))
        let headers: HTTPFields = [.eTag: "W/" + tag.text, .contentLanguage: reading.page.tag]
        if tag.isKnown(by: request.headers) { return Response(status: .notModified, headers: headers) }
        let variables = TrackPageContext(
            view: view,
            token: context.parameters.get("token") ?? "",
            position: positionEncoder(reading.stored.position, for: .customer),
            version: reading.stored.order.version,
            linkedData: TrackLinkedData.text(of: reading.tracked, shop: view.shop)
        )
        return try renderer.response(to: request, "track", variables, PageOptions(reading.page, headers: headers))
    }

    private func json(of stored: StoredOrder) -> Response {
        let json = stored.order.json(
            for: .customer,
            role: .customer,
            position: positionEncoder(stored.position, for: .customer),
            recordedAt: stored.recordedAt
        )
        return .json(json, headers: [.eTag: "\"\(stored.order.version)\""])
    }

    private func calendar(
        of reading: Reading,
        _ context: WaybillContext,
        _ accepted: AcceptedTypes
    ) throws -> Response {
        guard let text = TrackCalendar.text(of: reading.tracked, reading.page) else {
            // A page that was open while the parcel arrived has the button still: its reader gets the page of now.
            if accepted.namePage {
                let page = "/track/\(context.parameters.get("token") ?? "")?lang=\(reading.page.tag)"
                return Response(status: .seeOther, headers: [.location: page])
            }
            throw Problem(.notFound, "Nothing of the order is expected, or nobody has said when.")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/calendar; charset=utf-8",
                .contentDisposition: "attachment; filename=\"delivery.ics\"",
                .contentLanguage: reading.page.tag,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    private func refusal(
        _ error: any Error,
        _ request: Request,
        _ context: WaybillContext,
        _ accepted: AcceptedTypes
    ) throws -> Response {
        let problem = Problem(error, on: request.uri.path, logger: context.logger)
        guard accepted.namePage, let page = try Self.page(of: problem, request, renderer) else {
            return Self.secret(problem.response)
        }
        return page
    }

    /// The page of a problem; nil for one that has none.
    private static func page(of problem: Problem, _ request: Request, _ renderer: PageRenderer) throws -> Response? {
        let page = locale(request, nil)
        guard let variables = TrackGonePage(problem, page) else { return nil }
        var headers = problem.headers
        headers[.contentLanguage] = page.tag
        let options = PageOptions(page, status: problem.status, headers: headers)
        return secret(try renderer.response(to: request, "track-gone", variables, options))
    }

    /// The page for a path that has lost a part of its link, or got a part that is not its own; nil for the paths of
    /// other pages.
    static func broken(_ request: Request, _ renderer: PageRenderer) throws -> Response? {
        guard request.uri.path.split(separator: "/").first == "track" else { return nil }
        return try page(of: .notFound, request, renderer)
    }

    /// The header fields of every answer whose path holds a token.
    private static func secret(_ response: Response) -> Response {
        var response = response
        response.headers[.cacheControl] = "no-store"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.robotsTag] = "noindex, nofollow"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        response.headers[.vary] = "Accept, Accept-Encoding, Accept-Language, Sec-Fetch-Dest, Sec-Fetch-Site"
        return response
    }
}

extension PageOptions {
    fileprivate init(_ page: TrackLocale, status: HTTPResponse.Status = .ok, headers: HTTPFields) {
        self.init(
            status: status,
            language: page.tag,
            direction: page.language == .arabic ? .rightToLeft : .leftToRight,
            headers: headers
        )
    }
}
