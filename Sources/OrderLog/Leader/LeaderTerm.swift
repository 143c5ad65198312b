package import Postgres

/// A time for which this process leads: as long as the connection that holds the lock lasts.
package struct LeaderTerm: Sendable {
    let number: UInt64
    let connection: PostgresConnection
    let election: LeaderElection

    /// Says something by the leader's session, and takes the answer for proof that this process still leads.
    ///
    /// - Throws: the error of a session that was ended or does not answer.
    package func confirm() async throws(PostgresError) {
        let asked = ContinuousClock.now
        try await connection.query("select 1", timeout: LogConnection.readTimeout)
        election.confirm(number, since: asked)
    }

    /// Takes note of whether a part of the work fails at present.
    ///
    /// - Returns: true where this process is to give the leadership up now: others stand by, one of which may be able
    ///   to do the work.
    package func resigns(isFailing: Bool) async throws(PostgresError) -> Bool {
        guard election.mustResign(isFailing: isFailing) else { return false }
        let rows = try await connection.query(LeaderLock.hasOtherCandidates, timeout: LogConnection.readTimeout)
        guard try rows.first?.get("has_others", as: Bool.self) == true else { return false }
        election.resigns()
        return true
    }
}
