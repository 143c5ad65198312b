/// The directories of a data directory's cluster and of its socket.
struct ClusterPlacement: Hashable {
    /// The state of the places that come into question.
    struct Findings: Hashable {
        /// The data directory, absolute and without symbolic links.
        var dataDirectory: String
        /// True when the server's account can enter the data directory.
        var isReachable: Bool
        var hasClusterInside: Bool
        var hasClusterOutside: Bool
    }

    let cluster: String
    let isOutside: Bool

    static func inside(_ dataDirectory: String) -> String { "\(dataDirectory)/postgres" }

    /// The directory of the clusters outside.
    static let outsideRoot = "/var/lib/waybill"

    static func outside(_ dataDirectory: String) -> String { "\(outsideRoot)/\(hash(dataDirectory))" }

    /// Chooses the place. An existing cluster stays in its place: a new one elsewhere would look like lost data.
    init(_ findings: Findings) throws {
        let directory = findings.dataDirectory
        if findings.hasClusterInside && !findings.isReachable {
            throw EmbeddedPostgresError(
                .notReachable,
                "the PostgreSQL account cannot enter \(Self.inside(directory)), which holds the cluster: "
                    + "let it enter every directory on the way (`chmod o+x`)"
            )
        }
        isOutside = !findings.hasClusterInside && (findings.hasClusterOutside || !findings.isReachable)
        cluster = isOutside ? Self.outside(directory) : Self.inside(directory)
    }

    /// The longest path of a Unix socket, in bytes: `sun_path` (unix(7)) less its final zero.
    static let longestSocketPath = 107

    /// The directory of the server's socket: the cluster's own, or one under `root` named by the hash of the cluster's
    /// path. The cluster's own will not do when the socket's path is too long, or has a comma: libpq takes that for a
    /// list of hosts.
    static func socketDirectory(cluster: String, port: Int, root: String) -> String {
        let path = "\(cluster)/.s.PGSQL.\(port)"
        let isUsable = path.utf8.count <= longestSocketPath && !cluster.contains(",")
        return isUsable ? cluster : "\(root)/waybill-\(hash(cluster))"
    }

    /// FNV-1a, 64 bits, as 16 hexadecimal digits. The hash names directories, whose owners and modes are checked, and
    /// so need not resist an adversary.
    static func hash(_ text: String) -> String {
        let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
