import Postgres

/// The size on disk of the log and of all tables and indexes beside it.
struct StorageCost: Sendable {
    /// A table with its partitions, or an index with those of the partitions. Sizes are in bytes.
    struct Relation: Sendable {
        let name: String
        let isIndex: Bool
        let bytes: Int
    }

    let relations: [Relation]

    /// Reads the sizes from the database, the largest first. Overflow (TOAST) tables count with their tables.
    static func read(_ connection: PostgresConnection) async throws -> StorageCost {
        let rows = try await connection.query(
            """
            with recursive tree(root, relation) as (
                select c.oid, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'public' and c.relkind in ('r', 'p', 'i', 'I') and not c.relispartition
                union all
                select root, inhrelid from tree join pg_inherits on inhparent = relation)
            select root::regclass::text as name, bool_or(c.relkind in ('i', 'I')) as is_index,
                sum(pg_relation_size(relation) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0))::bigint
                    as bytes
            from tree join pg_class c on c.oid = relation
            group by root having sum(pg_relation_size(relation)) > 0 order by 3 desc
            """
        )
        return StorageCost(
            relations: try rows.map { row in
                Relation(
                    name: try row.get("name", as: String.self),
                    isIndex: try row.get("is_index", as: Bool.self),
                    bytes: Int(try row.get("bytes", as: Int64.self))
                )
            }
        )
    }
}
