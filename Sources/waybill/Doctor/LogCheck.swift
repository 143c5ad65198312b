import Foundation
import Postgres

/// Judges the log and its projections as they stand in the database, and the database's clock.
struct LogCheck {
    let head: Int64
    /// The time of the last event beyond the database's clock, in seconds; negative where it lies in the past.
    let secondsAhead: Double
    /// The served projections and how many events each is behind.
    let projections: [(name: String, behind: Int64)]

    static func read(on connection: PostgresConnection) async throws -> LogCheck {
        let rows = try await connection.query(sql)
        return LogCheck(
            head: try rows.first?.get("head", as: Int64.self) ?? 0,
            secondsAhead: try rows.first?.get("ahead", as: Double?.self) ?? 0,
            projections: try rows.compactMap { row in
                guard let name = try row.get("name", as: String?.self) else { return nil }
                return (name, max(0, try row.get("behind", as: Int64?.self) ?? 0))
            }
        )
    }

    func findings() -> [Finding] {
        var findings = [Finding.ok("log", head == 0 ? "the log is empty" : "the log has \(head) events")]
        if secondsAhead > 1 {
            findings.append(
                .warning(
                    "log",
                    "the last event's time is \(ServerCheck.age(secondsAhead)) ahead of the "
                        + "database's clock, so that new events get that time too",
                    do:
                        "set the clock of the database's machine; the times are right again once it "
                        + "has passed that time"
                )
            )
        }
        for (name, behind) in projections where behind > 10_000 {
            findings.append(
                .warning(
                    "projections",
                    "\(name) is \(behind) events behind the log",
                    do:
                        "wait while it catches up; where it stands still, look at the service's log "
                        + "for “a read model cannot fold”"
                )
            )
        }
        if !projections.isEmpty, projections.allSatisfy({ $0.behind <= 10_000 }) {
            findings.append(
                .ok("projections", projections.map { "\($0.name) \($0.behind) behind" }.joined(separator: ", "))
            )
        }
        return findings
    }

    /// Judges the difference of two clocks.
    ///
    /// - Parameters:
    ///   - offset: the seconds by which the database's clock is ahead of this machine's.
    ///   - uncertainty: half the time of the round trip in which the clocks were compared, in seconds.
    static func clock(offset: Double, uncertainty: Double) -> Finding {
        let amount = abs(offset)
        let text = String(format: "this machine's clock and the database's are %.3f s apart", amount)
        guard amount - uncertainty > 1 else { return .ok("clock", text) }
        let advice = "let both follow the same time servers (NTP)"
        // Tokens are accepted up to 60 s beyond their time.
        return amount > 30 ? .failure("clock", text, do: advice) : .warning("clock", text, do: advice)
    }

    private static let sql = """
        select h.seq as head,
            case when isfinite(h.recorded_at)
                then extract(epoch from h.recorded_at - clock_timestamp())::float8 end as ahead,
            p.name, h.seq - p.seq as behind
        from log_head h
        left join (
            projection_active a join projections p on p.name = a.name and p.version = a.version and a.name <> 'current'
        ) on true
        where h.one order by p.name
        """
}
