/// Where a data directory's cluster and its socket live.
struct ClusterPlacement: Hashable {
    /// What was found out about the places that come into question.
    struct Findings: Hashable {
        /// The data directory, absolute and without symbolic links.
        var dataDirectory: String
        /// Whether the server's account can enter the data directory.
        var isReachable: Bool
        var hasClusterInside: Bool
        var hasClusterOutside: Bool
    }

    let cluster: String
    let isOutside: Bool

    static func inside(_ dataDirectory: String) -> String { "\(dataDirectory)/postgres" }

    static func outside(_ dataDirectory: String) -> String { "/var/lib/waybill/\(hash(dataDirectory))" }

    /// An existing cluster stays where it is: a new one beside it would look like lost data.
    init(_ findings: Findings) throws {
        let directory = findings.dataDirectory
        if findings.hasClusterInside && !findings.isReachable {
            throw EmbeddedPostgresError(
                .notReachable,
                "\(Self.inside(directory)) holds a cluster that the server's account can no longer reach: "
                    + "let it enter every directory on the way (chmod o+x)"
            )
        }
        isOutside = !findings.hasClusterInside && (findings.hasClusterOutside || !findings.isReachable)
        cluster = isOutside ? Self.outside(directory) : Self.inside(directory)
    }

    /// The longest path of a Unix socket, in bytes: `sun_path` (unix(7)) less its final zero.
    static let longestSocketPath = 107

    /// The cluster's own directory where the socket's path fits, else one named by the path's hash under `root`.
    static func socketDirectory(cluster: String, port: Int, root: String) -> String {
        let path = "\(cluster)/.s.PGSQL.\(port)"
        return path.utf8.count <= longestSocketPath ? cluster : "\(root)/waybill-\(hash(cluster))"
    }

    /// FNV-1a, 64 bits, as 16 hexadecimal digits. It names directories and need not resist an adversary: the
    /// directories' owners and modes are checked.
    static func hash(_ text: String) -> String {
        let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
