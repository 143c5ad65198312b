import Postgres

/// The timeline that a server writes, and the cluster to whose copies the server belongs.
///
/// A promoted server begins a timeline with a higher number. The server that it replaced keeps its own, also where that
/// server is started again and would open an epoch.
package struct ServerTimeline: Sendable, Hashable {
    /// The cluster's system identifier, which all copies share.
    let cluster: String
    let number: Int64

    package init(cluster: String, number: Int64) {
        self.cluster = cluster
        self.number = number
    }

    /// SQL for the columns of `init(_:)`.
    static let columns = """
        (select system_identifier::text from pg_control_system()) as cluster, \
        ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint as timeline
        """

    /// SQL that selects `columns` alone.
    static let select = "select \(columns)"

    init(_ row: PostgresRow) throws(PostgresError) {
        cluster = try row.get("cluster", as: String.self)
        number = try row.get("timeline", as: Int64.self)
    }

    /// True where a server of that timeline was replaced by one of the other.
    func isFormer(of other: ServerTimeline) -> Bool { cluster == other.cluster && number < other.number }
}
