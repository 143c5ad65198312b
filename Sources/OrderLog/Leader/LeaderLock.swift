import Postgres

/// The session advisory locks of the election: the leader holds one of them alone, and every process that could lead
/// shares the other.
///
/// A session lock ends with its session, in whichever way that ends. The leader writes by the very session that holds
/// the lock, so that a leader that lost the lock cannot commit.
enum LeaderLock {
    /// The keys: any constants that every version of Waybill shares.
    private static let leader: Int64 = 7_766_216_571_108_110
    private static let candidates: Int64 = 7_766_216_571_108_111

    /// Registers the session as one that could lead. Never waits: the lock is only ever shared.
    static let register = "select pg_advisory_lock_shared(\(candidates))"

    /// Tried and not waited for: the statement of a session that waits would keep its snapshot, and dead rows with it.
    static let tryAcquire = "select pg_try_advisory_lock(\(leader)) as is_acquired"

    static let release = "select pg_advisory_unlock(\(leader))"

    /// Tells whether another session could lead.
    static let hasOtherCandidates = """
        select exists (select from pg_locks l where \(isHeld(candidates)) and l.pid <> pg_backend_pid()) as has_others
        """

    /// SQL for the leader's session `a` of `pg_stat_activity`.
    static let holder = "pg_locks l join pg_stat_activity a on a.pid = l.pid where \(isHeld(leader))"

    /// SQL that is true for a row `l` of `pg_locks` that is the lock of a key.
    private static func isHeld(_ key: Int64) -> String {
        """
        l.locktype = 'advisory' and l.granted \
        and l.database = (select oid from pg_database where datname = current_database()) \
        and l.classid = \(key >> 32)::oid and l.objid = \(key & 0xFFFF_FFFF)::oid and l.objsubid = 1
        """
    }
}
