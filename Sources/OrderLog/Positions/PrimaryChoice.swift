package import Postgres

/// The servers behind the hosts of one address, and the present one where several are primaries of one cluster.
///
/// After a failover that nobody fenced, the old primary may run beside the new one. A process that knows no history yet
/// cannot tell by one of them: what is written to the old one is lost.
package struct PrimaryChoice: Sendable {
    /// A server, as one host's answer shows it.
    struct Server: Sendable {
        let host: PostgresHost
        /// A standby's is the one that it follows.
        let timeline: ServerTimeline
        /// The start of the server, in microseconds since 1970. Hosts that lead to one server share it.
        let beganMicroseconds: Int64
        let isPrimary: Bool
        var history = EpochTable()
        /// The newest epoch of the history is of this very server.
        var isCurrent = false
    }

    /// The reason why no server may be used.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    private let servers: [Server]
    /// The hosts that gave no answer.
    let silent: [PostgresHost]
    /// The primaries that were replaced by another server of their cluster.
    private var formers: [Server] = []
    /// The primaries of one cluster of which none is known to be the present one.
    private var equals: [Server] = []
    /// The newest timelines of the clusters that have former primaries.
    private(set) var timelines: [ServerTimeline] = []

    init(_ servers: [Server], silent: [PostgresHost] = []) {
        self.servers = servers
        self.silent = silent
        for (_, copies) in Dictionary(grouping: servers, by: \.timeline.cluster) { judge(copies) }
    }

    private mutating func judge(_ copies: [Server]) {
        let primaries = copies.filter(\.isPrimary)
        guard let newest = copies.map(\.timeline).max(by: { $0.number < $1.number }) else { return }
        var former = primaries.filter { $0.timeline.isFormer(of: newest) }
        let latest = primaries.filter { !$0.timeline.isFormer(of: newest) }
        if Set(latest.map(\.beganMicroseconds)).count > 1 {
            let present = latest.first { one in
                let others = latest.filter { $0.beganMicroseconds != one.beganMicroseconds }
                return one.isCurrent && others.allSatisfy { !$0.isCurrent && one.history.continues($0.history) }
            }
            if let present {
                former += latest.filter { $0.beganMicroseconds != present.beganMicroseconds }
            } else {
                equals += latest
            }
        }
        formers += former
        if !former.isEmpty { timelines.append(newest) }
    }

    // MARK: Use

    /// The hosts in an order that leaves the former servers for last: each of them may be a standby later.
    package func order(_ hosts: [PostgresHost]) -> [PostgresHost] {
        let last = formers.map(\.host)
        return hosts.filter { !last.contains($0) } + hosts.filter { last.contains($0) }
    }

    /// Makes sure that a server is there that may be used.
    ///
    /// - Parameter kind: the wanted kind of server.
    package func require(_ kind: PostgresSessionKind) throws(Failure) {
        if let text = undecided {
            throw Failure(
                description: """
                    \(text), and nothing tells which of them is the present one: what is written to the other would be \
                    lost; stop the one that is not meant, or take it out of the database URL
                    """
            )
        }
        let former = formers.map(\.host)
        let rest = servers.filter { !former.contains($0.host) }
        let needsPrimary = kind == .readWrite || kind == .primary
        guard let first = formers.first, !rest.contains(where: { $0.isPrimary || !needsPrimary }) else { return }
        throw Failure(
            description: """
                \(Self.text(first)) is a former primary: another server has replaced it, by what \
                \(rest.map { "\($0.host)" }.joined(separator: ", ")) tells, and does not answer; what is written to the \
                former one would be lost; start the present primary, or name the former one alone in the database URL \
                where that one is meant
                """
        )
    }

    /// Tells of two primaries of one cluster; nil where there are none.
    package var conflict: String? {
        if let undecided { return undecided }
        guard let former = formers.first else { return nil }
        let all = servers.filter { $0.isPrimary && $0.timeline.cluster == former.timeline.cluster }
        return all.count > 1 ? "two primaries of one cluster: \(Self.texts(all))" : nil
    }

    /// The former servers' hosts; empty where there are none.
    package var formerHosts: [PostgresHost] { formers.map(\.host) }

    /// True where a primary was found though other hosts gave no answer: one of those may have taken over.
    var isPartial: Bool { !silent.isEmpty && servers.contains(where: \.isPrimary) }

    private var undecided: String? {
        equals.isEmpty ? nil : "two primaries of one cluster: \(Self.texts(equals))"
    }

    private static func texts(_ servers: [Server]) -> String { servers.map(text).joined(separator: " and ") }

    private static func text(_ server: Server) -> String { "\(server.host) (timeline \(server.timeline.number))" }
}
