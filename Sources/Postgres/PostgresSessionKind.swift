/// The server that will do for a connection, of several hosts: libpq's `target_session_attrs`.
package enum PostgresSessionKind: String, Sendable, CaseIterable {
    case any
    case readWrite = "read-write"
    case readOnly = "read-only"
    case primary
    /// Also lost when its server is promoted, which ends no session by itself.
    case standby
    /// A standby if there is one, else any server.
    case preferStandby = "prefer-standby"

    /// The kinds to look for, one after the other over all hosts.
    var rounds: [PostgresSessionKind] { self == .preferStandby ? [.standby, .any] : [self] }
}
