/// The machines on whose disks a commit must be before anybody is told of it.
package enum DurableOn: String, CaseIterable, Sendable {
    /// The database server's own disk, and those of its synchronous standbys as far as PostgreSQL waits for them.
    case local
    /// Also a standby's disk, by the standby's own word. PostgreSQL's wait for a standby can be cancelled, and then
    /// leaves a commit that everybody sees and a failover loses.
    case standby
}
