import Foundation
import LogSupport
import Postgres
import Testing

@testable import OrderLog

@Suite struct TrackingLinkStoreTests {
    private func draft(
        _ token: UInt8,
        of orderId: UUID,
        shop: String = "aurora",
        key: String? = nil,
        lifetime: Int = 3600
    ) -> TrackingLinkStore.Draft {
        TrackingLinkStore.Draft(
            tokenHash: hash(token),
            orderId: orderId,
            shop: shop,
            commandId: key,
            lifetimeSeconds: lifetime
        )
    }

    private func hash(_ token: UInt8) -> [UInt8] { [UInt8](repeating: token, count: 32) }

    private func made(_ outcome: TrackingLinkStore.Outcome) throws -> TrackingLink {
        guard case .made(let link) = outcome else { throw NotMade(outcome: outcome) }
        return link
    }

    private struct NotMade: Error { let outcome: TrackingLinkStore.Outcome }

    @Test func aTokenOpensItsLinkUntilTheLinkIsRevoked() async throws {
        try await withStore { store, _ in
            let orderId = UUID()
            let link = try made(await store.add(draft(1, of: orderId)))
            let live = try #require(try await store.link(tokenHash: hash(1)))
            #expect((live.linkId, live.orderId, live.shop) == (link.linkId, orderId, "aurora"))
            #expect((3590.0...3600).contains(live.remainingSeconds))
            #expect(try await store.link(tokenHash: hash(2)) == nil)
            #expect(try await store.dead(among: [link.linkId]).isEmpty)
            // Another order's path does not revoke it.
            #expect(try await !store.revoke(link.linkId, of: UUID()))
            #expect(try await store.revoke(link.linkId, of: orderId))
            #expect(try await !store.revoke(link.linkId, of: orderId))
            #expect(try await store.link(tokenHash: hash(1)) == nil)
            #expect(try await store.dead(among: [link.linkId]) == [link.linkId])
        }
    }

    @Test func aRepeatedRequestGetsTheSameLinkUnderAnotherToken() async throws {
        try await withStore { store, _ in
            let orderId = UUID()
            let link = try made(await store.add(draft(1, of: orderId, key: "mail-7")))
            #expect(try await store.add(draft(2, of: orderId, key: "mail-7")) == .repeated(link))
            #expect(try await store.links(of: orderId) == [link])
            for token in [1, 2] { #expect(try await store.link(tokenHash: hash(UInt8(token)))?.linkId == link.linkId) }
            #expect(try await store.add(draft(3, of: UUID(), key: "mail-7")) == .commandIdReused)
            #expect(try await store.add(draft(3, of: orderId, key: "mail-7", lifetime: 60)) == .commandIdReused)
            // Ids are unique within a shop.
            _ = try made(await store.add(draft(4, of: UUID(), shop: "borealis", key: "mail-7")))
            #expect(try await store.revoke(link.linkId, of: orderId))
            for token in [1, 2] { #expect(try await store.link(tokenHash: hash(UInt8(token))) == nil) }
        }
    }

    @Test func oneCommandIdAtOnceForTwoOrdersMakesOneLink() async throws {
        try await withStore { store, _ in
            for round in 0..<20 {
                let orders = [UUID(), UUID()]
                let outcomes = try await withThrowingTaskGroup(of: TrackingLinkStore.Outcome.self) { group in
                    for (index, orderId) in orders.enumerated() {
                        let token = UInt8(2 * round + index)
                        group.addTask { try await store.add(draft(token, of: orderId, key: "mail-\(round)")) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.count { $0 == .commandIdReused } == 1, "\(outcomes)")
            }
        }
    }

    @Test func anOrderHasABoundedNumberOfTokens() async throws {
        try await withStore { store, _ in
            let orderId = UUID()
            let outcomes = try await withThrowingTaskGroup(of: TrackingLinkStore.Outcome.self) { group in
                for token in 0..<110 { group.addTask { try await store.add(draft(UInt8(token), of: orderId)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .tooMany } == 10)
            #expect(try await store.links(of: orderId).count == TrackingLinkStore.limitPerOrder)
            _ = try made(await store.add(draft(200, of: UUID())))
        }
    }

    @Test func expiredLinksAreDeadAndRemoved() async throws {
        try await withStore { store, log in
            let orderId = UUID()
            let link = try made(await store.add(draft(1, of: orderId)))
            let kept = try made(await store.add(draft(2, of: orderId)))
            try await log.pool.query(
                "with a as (delete from tracking_links where link_id = $1 returning *) insert into tracking_links "
                    + "select token_hash, link_id, order_id, shop, command_id, ttl_seconds, now() - interval '1 s' from a",
                [link.linkId]
            )
            #expect(try await store.link(tokenHash: hash(1)) == nil)
            #expect(try await store.links(of: orderId) == [kept])
            #expect(try await store.dead(among: [link.linkId, kept.linkId]) == [link.linkId])
            let sessions = SessionStore(pool: log.pool)
            let now = Date().timeIntervalSince1970
            try await sessions.begin([1], of: "staff:ada", sealedToken: [7], expiresAt: now - 90_000)
            try await sessions.begin([2], of: "staff:ada", sealedToken: [8], expiresAt: now)
            try await GrantRetention(pool: log.pool).deleteExpired()
            #expect(try await log.pool.query("select 1 from tracking_links").count == 1)
            #expect(try await sessions.ended(among: [[1], [2]]) == [[1]])
        }
    }

    private func withStore(_ body: @Sendable (TrackingLinkStore, TestLog) async throws -> Void) async throws {
        try await TestLog.with { log in
            let poolTask = Task { try await log.pool.run() }
            defer { poolTask.cancel() }
            try await body(TrackingLinkStore(pool: log.pool), log)
        }
    }
}
