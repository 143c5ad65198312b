import EmbeddedPostgres
import Foundation
import Postgres

/// The peer of single commands: PostgreSQL alone, with one event and one notification in each transaction.
struct Pgbench: Sendable {
    struct Outcome: Sendable {
        /// Transactions per second, without the time to connect.
        var rate: Double
        /// The mean latency in milliseconds.
        var latency: Double
    }

    let cluster: PeerCluster
    private let script: String

    /// Creates the table.
    ///
    /// - Parameters:
    ///   - cluster: the cluster to measure.
    ///   - workDirectory: the directory for the script.
    init(_ cluster: PeerCluster, workDirectory: String) async throws {
        self.cluster = cluster
        script = "\(workDirectory)/peer.sql"
        try Self.transaction.write(toFile: script, atomically: true, encoding: .utf8)
        try await cluster.database.withConnection { connection in
            try await connection.executeScript(
                """
                create table if not exists peer_events (
                    seq bigserial primary key, order_id bigint not null, version int not null, data json not null,
                    unique (order_id, version))
                """
            )
        }
    }

    /// Runs pgbench.
    ///
    /// - Throws: `LoadFailure` with pgbench's output where it fails.
    func run(clients: Int, seconds: Int, workDirectory: String) async throws -> Outcome {
        let program = try ChildProgram(
            [
                "\(cluster.binaries)/pgbench", "--host=\(cluster.database.host)",
                "--port=\(cluster.database.port)", "--username=\(cluster.database.user)", "--no-vacuum",
                "--protocol=prepared", "--client=\(clients)", "--jobs=2", "--time=\(seconds)", "--file=\(script)",
                cluster.database.database,
            ],
            name: "pgbench",
            directory: workDirectory
        )
        let status = try await program.finish(within: .seconds(seconds + 60))
        guard status == 0, let outcome = Self.parse(try program.readOutput()) else {
            throw LoadFailure("pgbench: \(try program.outputTail())")
        }
        return outcome
    }

    /// Reads the summary that pgbench prints; nil where it is incomplete.
    static func parse(_ text: String) -> Outcome? {
        func number(after label: String) -> Double? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(label) }
            return line.flatMap { Double($0.dropFirst(label.count).prefix { $0.isNumber || $0 == "." }) }
        }
        guard let rate = number(after: "tps = "), let latency = number(after: "latency average = ") else { return nil }
        return Outcome(rate: rate, latency: latency)
    }

    /// The text of an event, as long as the median event of Waybill.
    private static let event =
        #"{"parcelId":"p1","scanId":"p1-0-inTransit","code":"inTransit","parcelStatus":"inTransit","#
        + #""place":{"text":"Hub","country":"DE"},"number":"A-00012345","shop":"aurora","customer":"cust-042","#
        + #""status":"shipped","occurredAt":"2026-11-22T095625.201Z","actor":"backend load"}"#

    private static let transaction = """
        \\set order random(1, 1000000000000)
        begin;
        insert into peer_events (order_id, version, data) values (:order, 1, '\(event)');
        select pg_notify('peer_events', (:order)::text);
        commit;

        """
}
