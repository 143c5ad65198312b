import Access
import Foundation
import HTTPTypes
import Hummingbird
import OrderLog
import Orders
import StrictJSON

/// `POST` and `GET /v1/orders/{id}/tracking-links`, `DELETE /v1/orders/{id}/tracking-links/{linkId}`: links by which
/// anybody who has one reads an order as its customer.
struct TrackingLinkRoutes: Sendable {
    let authorizer: Authorizer
    let reader: LogReader
    let links: TrackingLinkStore
    let watch: GrantWatch
    let publicURL: PublicURL

    /// The lifetime of a link, in seconds, and the longest one.
    private static let defaultLifetime = 90 * 86_400
    private static let maximumLifetime = 366 * 86_400

    func add(to router: Router<WaybillContext>) {
        router.post("/v1/orders/:id/tracking-links") { request, context in try await make(request, context) }
        router.get("/v1/orders/:id/tracking-links") { request, context in try await list(request, context) }
        router.delete("/v1/orders/:id/tracking-links/:linkId") { request, context in
            try await revoke(request, context)
        }
    }

    private func make(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let (caller, orderId) = try await authorize(request, context)
        let commandId = try CommandHeaders.idempotencyKey(request)
        let lifetime = try await JSONBody.read(request, from: caller, Self.lifetime)
        guard let stored = try await reader.order(orderId, scope: caller.scope).stored else { throw Problem.notFound }
        let token = LinkToken.make()
        let outcome = try await links.add(
            TrackingLinkStore.Draft(
                tokenHash: token.hash,
                orderId: orderId,
                shop: stored.order.shop,
                commandId: commandId,
                lifetimeSeconds: lifetime
            )
        )
        switch outcome {
        case .made(let link): return response(link, token, headers: [:])
        case .repeated(let link): return response(link, token, headers: [.idempotentReplayed: "true"])
        case .commandIdReused: throw Problem(.commandIdReused, "This Idempotency-Key was used for another request.")
        case .tooMany: throw Problem.tooManyLinks(of: stored.order, role: caller.commandRole)
        }
    }

    private func response(_ link: TrackingLink, _ token: LinkToken, headers: HTTPFields) -> Response {
        let body = JSONWriter.object { writer in
            writer.field("linkId", link.linkId.text)
            writer.field("url", "\(publicURL.text)/track/\(token.text)")
            writer.field("token", token.text)
            writer.field("expiresAt", link.expiresAt.rfc3339)
        }
        return .json(body, status: .created, headers: headers)
    }

    private func list(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let (caller, orderId) = try await authorize(request, context)
        guard try await reader.orderExists(orderId, scope: caller.scope) else { throw Problem.notFound }
        let links = try await links.links(of: orderId)
        return .json(
            JSONWriter.object { writer in
                writer.array("links", links) { writer, link in
                    writer.object { writer in
                        writer.field("linkId", link.linkId.text)
                        writer.field("expiresAt", link.expiresAt.rfc3339)
                    }
                }
            }
        )
    }

    private func revoke(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let (caller, orderId) = try await authorize(request, context)
        guard let linkId = context.parameters.get("linkId").flatMap(UUID.init(text:)),
            try await reader.orderExists(orderId, scope: caller.scope),
            try await links.revoke(linkId, of: orderId)
        else { throw Problem.notFound }
        watch.withdraw([.link(linkId)])
        return Response(status: .noContent, headers: [.cacheControl: "no-store"])
    }

    private func authorize(_ request: Request, _ context: WaybillContext) async throws -> (Caller, UUID) {
        let caller = try await authorizer.authorize(request, in: context, to: .otherCommands)
        _ = try QueryReader(request, parameters: [])
        guard let orderId = context.parameters.get("id").flatMap(UUID.init(text:)) else { throw Problem.notFound }
        return (caller, orderId)
    }

    /// The lifetime that a body asks for, in seconds.
    private static func lifetime(_ body: JSONNode) throws(Problem) -> Int {
        var errors: [FieldError] = []
        var lifetime: Int? = defaultLifetime
        for member in body.members {
            guard member.name.string == "ttl" else {
                errors.append(FieldError(pointer: member.value.pointer, message: "is not a field of this request"))
                continue
            }
            lifetime = seconds(member.value.string ?? "")
            if lifetime == nil {
                let message = "must be an integer with s, m, h or d, such as 90d, and at most 366d"
                errors.append(FieldError(pointer: "/ttl", message: message))
            }
        }
        guard errors.isEmpty, let lifetime else { throw Problem(InvalidCommand(errors: errors)) }
        return lifetime
    }

    private static func seconds(_ text: String) -> Int? {
        do throws(DurationTextError) {
            let seconds = try DurationFormat.seconds(text)
            return seconds <= maximumLifetime ? seconds : nil
        } catch {
            return nil
        }
    }
}

extension Problem {
    fileprivate static func tooManyLinks(of order: Order, role: CallerRole) -> Problem {
        Problem(
            .rejected,
            "The order has \(TrackingLinkStore.limitPerOrder) tracking links; revoke one, or let one expire.",
            members: [
                .text("reason", RejectionReason.tooManyLinks.rawValue),
                .text("orderId", order.orderId.text),
                .text("orderStatus", order.headline.rawValue),
                .number("version", order.version),
                .texts("allowedCommands", order.allowedCommands(for: role).map(\.rawValue)),
            ]
        )
    }
}
