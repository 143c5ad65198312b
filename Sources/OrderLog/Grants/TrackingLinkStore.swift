package import Foundation
import Orders
package import Postgres

/// The tracking links of all orders. Their times are those of the database's clock.
package struct TrackingLinkStore: Sendable {
    /// The most tokens of one order's links at a time, so that no caller fills the table.
    package static let limitPerOrder = 100

    /// A link to be made.
    package struct Draft: Sendable {
        let tokenHash: [UInt8]
        let orderId: UUID
        let shop: String
        let commandId: String?
        let lifetimeSeconds: Int

        /// - Parameters:
        ///   - tokenHash: the SHA-256 of the new token.
        ///   - commandId: the request's Idempotency-Key, unique within the shop.
        package init(tokenHash: [UInt8], orderId: UUID, shop: String, commandId: String?, lifetimeSeconds: Int) {
            self.tokenHash = tokenHash
            self.orderId = orderId
            self.shop = shop
            self.commandId = commandId
            self.lifetimeSeconds = lifetimeSeconds
        }
    }

    package enum Outcome: Sendable, Equatable {
        case made(TrackingLink)
        /// The same request has made this link before. The link now has the new token too.
        case repeated(TrackingLink)
        /// Another request had the command id.
        case commandIdReused
        /// The order has as many links as it may have.
        case tooMany
    }

    /// The time for a commit, which may wait for a standby, on a connection that reads need.
    private static let commitTimeout: Duration = .seconds(3)

    private let pool: PostgresPool
    private let watch: StandbyWatch?
    private let tokens = BatchingLoader<[UInt8], LiveLink?>(concurrency: 2, batchLimit: 200)

    /// - Parameters:
    ///   - pool: acts as the writer role.
    ///   - watch: knows what a standby has; nil to tell what is committed.
    package init(pool: PostgresPool, watch: StandbyWatch? = nil) {
        self.pool = pool
        self.watch = watch
    }

    /// Makes a link, or adds a token to the link that the same request made before.
    ///
    /// - Throws: `PostgresError.notDurable` where no standby has it in time, or the database's error.
    package func add(_ draft: Draft) async throws -> Outcome {
        try await durably { connection in
            try await connection.withTransaction(commitTimeout: Self.commitTimeout) { transaction in
                // The first lock makes the count exact. The second lets one of several requests with a command id look
                // for it at a time; there is none without an id, since the function is strict. The statements after the
                // locks see what they waited for.
                let found = try await transaction.pipeline([
                    LogConnection.limitHold, durability,
                    PostgresQuery(
                        "select pg_advisory_xact_lock(hashtextextended('waybill.tracking_links ' || $1, 0))",
                        [draft.orderId.text]
                    ),
                    PostgresQuery(
                        "select pg_advisory_xact_lock(hashtextextended('waybill.link_requests ' || $1 || ' ' || $2, 0))",
                        [draft.shop, draft.commandId]
                    ),
                    PostgresQuery(
                        """
                        select order_id, ttl_seconds, link_id, expires_at from tracking_links
                        where shop = $1 and command_id = $2 and expires_at > now() limit 1
                        """,
                        [draft.shop, draft.commandId]
                    ),
                ])[4]
                var earlier: TrackingLink?
                if let row = found.first {
                    let isSame =
                        try row.get("order_id", as: UUID.self) == draft.orderId
                        && row.get("ttl_seconds", as: Int32.self) == Int32(draft.lifetimeSeconds)
                    guard isSame else { return .commandIdReused }
                    earlier = try TrackingLink(row)
                }
                let added = try await transaction.query(
                    """
                    insert into tracking_links
                        (token_hash, link_id, order_id, shop, command_id, ttl_seconds, expires_at)
                    select $1, $2, $3, $4, $5, $6, coalesce(
                        (select e.expires_at from tracking_links e where e.link_id = $2 limit 1),
                        now() + make_interval(secs => $6))
                    where (
                        select count(*) from tracking_links c where c.order_id = $3 and c.expires_at > now()) < $7
                    returning link_id, expires_at
                    """,
                    [
                        PostgresBytes(draft.tokenHash), earlier?.linkId ?? UUID(), draft.orderId, draft.shop,
                        draft.commandId, Int32(draft.lifetimeSeconds), Int64(Self.limitPerOrder),
                    ]
                )
                guard let row = added.first else { return .tooMany }
                let link = try TrackingLink(row)
                return earlier == nil ? .made(link) : .repeated(link)
            }
        }
    }

    /// The links of an order that are alive, those that expire first before the others.
    ///
    /// - Throws: as `add`: a link that is missing here was revoked for good.
    package func links(of orderId: UUID) async throws -> [TrackingLink] {
        let (rows, history) = try await pool.withConnection { connection in
            let rows = try await connection.query(
                """
                select distinct link_id, expires_at from tracking_links
                where order_id = $1 and expires_at > now() order by expires_at, link_id
                """,
                [orderId]
            )
            return (rows, try await watch?.history(of: connection))
        }
        if let watch, let history { try await watch.requireEverything(in: history) }
        return try rows.map(TrackingLink.init)
    }

    /// Revokes a link.
    ///
    /// - Returns: false where the order has no such link alive.
    /// - Throws: as `add`: a link that was revoked, or was found to be, lives again after a failover to a standby that
    ///   has not heard of that.
    package func revoke(_ linkId: UUID, of orderId: UUID) async throws -> Bool {
        let rows = try await durably { connection in
            try await connection.withTransaction(commitTimeout: Self.commitTimeout) { transaction in
                try await transaction.pipeline([
                    durability,
                    PostgresQuery(
                        """
                        delete from tracking_links where link_id = $1 and order_id = $2
                        returning expires_at > now() as was_alive
                        """,
                        [linkId, orderId]
                    ),
                ])[1]
            }
        }
        return try rows.contains { try $0.get("was_alive", as: Bool.self) }
    }

    /// The setting of a transaction by which its commit becomes durable. The watch waits for a standby without a
    /// connection; without a watch the commit itself does, where the server wants that.
    private var durability: PostgresQuery {
        watch == nil ? PostgresQuery("set local synchronous_commit = on") : LogConnection.commitLocally
    }

    /// Writes by a connection, and returns once a standby has on its disk what was written there, where one is awaited.
    private func durably<R: Sendable>(_ write: (PostgresConnection) async throws -> R) async throws -> R {
        let written = try await pool.withConnection { connection -> (R, EpochTable?)? in
            // Another such commit would keep a connection that reads need, and a process of the server.
            if watch == nil, try await SynchronousWaitWatch.isCommitWaiting(on: connection) { return nil }
            return (try await write(connection), try await watch?.history(of: connection))
        }
        // Not by the pool, which would count it among the reads that are late.
        guard let (result, history) = written else { throw PostgresError.notDurable() }
        if let watch, let history { try await watch.requireEverything(in: history) }
        return result
    }

    /// The link of a token; nil for a link that never was, has expired or was revoked. Calls that come together share a
    /// statement, so that guessing tokens costs the database little.
    package func link(tokenHash: [UInt8]) async throws -> LiveLink? {
        try await tokens.value(for: tokenHash) { [pool] hashes in
            let rows = try await pool.query(
                """
                select l.link_id, l.order_id, l.shop, extract(epoch from l.expires_at - now())::float8 as remaining
                from unnest($1::bytea[]) with ordinality t (token_hash, place)
                left join lateral (
                    select * from tracking_links l where l.token_hash = t.token_hash and l.expires_at > now() limit 1
                ) l on true
                order by t.place
                """,
                [hashes.map(PostgresBytes.init)]
            )
            return try rows.map { row in
                guard let linkId = try row.get("link_id", as: UUID?.self) else { return nil }
                return LiveLink(
                    linkId: linkId,
                    orderId: try row.get("order_id", as: UUID.self),
                    shop: try row.get("shop", as: String.self),
                    remainingSeconds: try row.get("remaining", as: Double.self)
                )
            }
        }
    }

    /// Those of the links that are dead.
    package func dead(among links: [UUID]) async throws -> [UUID] {
        try await pool.query(
            """
            select u.link_id from unnest($1::uuid[]) u (link_id) where not exists (
                select from tracking_links l where l.link_id = u.link_id and l.expires_at > now())
            """,
            [links]
        ).map { try $0.get("link_id", as: UUID.self) }
    }
}

extension TrackingLink {
    fileprivate init(_ row: PostgresRow) throws {
        linkId = try row.get("link_id", as: UUID.self)
        expiresAt = Timestamp(try row.get("expires_at", as: PostgresTimestamp.self))
    }
}
