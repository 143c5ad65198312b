import Access
import Foundation
import HTTPTypes
import Hummingbird
import LiveStreams
import NIOCore
import OrderLog
import Orders
import StrictJSON

/// `GET /v1/orders/{id}` and its history.
struct OrderRoutes: Sendable {
    let gate: Gate
    let reader: LogReader
    let positions: PositionReader
    let text: PositionText

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/orders/:id") { request, context in try await order(request, context) }
        router.get("/v1/orders/:id/events") { request, context in try await history(request, context) }
        router.get("/v1/events") { request, context in try await log(request, context) }
    }

    private func order(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await gate.admit(request, context, to: .readOrders)
        let query = try QueryReader(request, known: ["min_position"])
        let orderId = try Self.orderId(context)
        try await wait(for: query.text("min_position"), caller)
        guard let stored = try await reader.order(orderId, scope: caller.scope).stored else { throw Problem.notFound }
        let body = stored.order.json(
            for: caller.audience,
            role: caller.commandRole,
            position: text(stored.position, for: caller.audience),
            recordedAt: stored.recordedAt
        )
        return .json(body, headers: [.eTag: "\"\(stored.order.version)\""])
    }

    /// Current state is written in the append transaction, so a position that the log has is already reflected. One that it
    /// does not have yet, such as another region's, is waited for, but not for long.
    private func wait(for position: String?, _ caller: Caller) async throws {
        guard let position else { return }
        let deadline = ContinuousClock.now + .seconds(2)
        while true {
            do {
                _ = try await positions.resolve(position, for: caller.audience)
                return
            } catch let problem as Problem where problem.code == .unknownPosition && ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func history(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await gate.admit(request, context, to: .readOrders)
        let query = try QueryReader(request, known: ["after", "limit"])
        let orderId = try Self.orderId(context)
        guard try await reader.orderExists(orderId, scope: caller.scope) else { throw Problem.notFound }
        return try await page(orderId, query, caller, request)
    }

    private func log(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await gate.admit(request, context, to: .shopFeeds)
        return try await page(nil, QueryReader(request, known: ["after", "limit"]), caller, request)
    }

    private func page(_ orderId: UUID?, _ query: QueryReader, _ caller: Caller, _ request: Request) async throws
        -> Response
    {
        let limit = try query.number("limit", in: 1...1000, default: 100)
        let after = try await positions.resolve(query.text("after"), for: caller.audience)
        let page = try await reader.events(
            after: after,
            limit: limit,
            scope: caller.scope,
            orderId: orderId,
            visibleToCustomers: caller.audience == .customer
        )
        return answer(page, caller.audience, ndjson: Self.wantsLines(request))
    }

    private func answer(_ page: EventPage, _ audience: Audience, ndjson: Bool) -> Response {
        let epochs = reader.registry.current
        func position(_ seq: Int64) -> String { text(epochs.position(of: seq), for: audience) }
        if ndjson {
            var lines: [UInt8] = []
            for event in page.events {
                var writer = JSONWriter(reserving: 768)
                event.write(to: &writer, for: audience, position: position(event.seq))
                lines += writer.bytes
                lines.append(UInt8(ascii: "\n"))
            }
            let headers: HTTPFields = [.contentType: "application/x-ndjson", .cacheControl: "no-store"]
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: lines)))
        }
        let body = JSONWriter.object(reserving: 1024 + page.events.count * 768) { writer in
            writer.array("events", page.events) { writer, event in
                event.write(to: &writer, for: audience, position: position(event.seq))
            }
            if page.isCut { writer.field("next", position(page.through)) }
            writer.field("position", position(page.through))
        }
        return .json(body)
    }

    /// An id that is no UUID names nothing.
    static func orderId(_ context: WaybillContext) throws -> UUID {
        guard let id = context.parameters.get("id").flatMap(UUIDv7.parse) else { throw Problem.notFound }
        return id
    }

    private static func wantsLines(_ request: Request) -> Bool {
        request.headers[values: .accept].contains { $0.lowercased().contains("application/x-ndjson") }
    }
}
