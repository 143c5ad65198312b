import Glibc

/// The account that the server runs as. PostgreSQL refuses to run as root.
struct ServerAccount: Hashable {
    let name: String
    let user: uid_t
    let group: gid_t
    /// True when this process is root and must become that user first.
    let needsSwitch: Bool

    /// Chooses the account: without root, this process's own user; as root, the owner of an existing cluster, else
    /// `postgres`, else `nobody`.
    static func choose(ownerOfCluster: uid_t?, effectiveUser: uid_t = geteuid()) throws -> ServerAccount {
        if effectiveUser != 0 {
            if let ownerOfCluster, ownerOfCluster != effectiveUser {
                throw EmbeddedPostgresError(
                    .notReachable,
                    "the cluster belongs to user \(ownerOfCluster) and this process runs as user \(effectiveUser): "
                        + "run it as user \(ownerOfCluster), or as root"
                )
            }
            return ServerAccount(name: "\(effectiveUser)", user: effectiveUser, group: getegid(), needsSwitch: false)
        }
        if let ownerOfCluster, ownerOfCluster != 0 {
            guard let entry = getpwuid(ownerOfCluster), let account = ServerAccount(entry) else {
                throw EmbeddedPostgresError(
                    .noUnprivilegedAccount,
                    "the cluster belongs to user \(ownerOfCluster), and no account has that number: "
                        + "make such an account, or change the owner of the cluster's files"
                )
            }
            return account
        }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name), let account = ServerAccount(entry) { return account }
        }
        throw EmbeddedPostgresError(
            .noUnprivilegedAccount,
            "PostgreSQL does not run as root, and there is no account `postgres`: "
                + "make one (`adduser --system postgres`), or run as an ordinary user"
        )
    }

    private init(name: String, user: uid_t, group: gid_t, needsSwitch: Bool) {
        self.name = name
        self.user = user
        self.group = group
        self.needsSwitch = needsSwitch
    }

    private init?(_ entry: UnsafeMutablePointer<passwd>) {
        guard entry.pointee.pw_uid != 0, let name = entry.pointee.pw_name else { return nil }
        self.init(
            name: String(cString: name),
            user: entry.pointee.pw_uid,
            group: entry.pointee.pw_gid,
            needsSwitch: true
        )
    }

    /// The command line that runs `arguments` as this account. `setpriv` replaces itself by the program, so that the
    /// program is a child of this process.
    func command(_ arguments: [String]) throws -> [String] {
        guard needsSwitch else { return arguments }
        guard let setpriv = Self.program("setpriv") else {
            throw EmbeddedPostgresError(
                .noUnprivilegedAccount,
                "`setpriv`, which starts PostgreSQL as \(name), is missing: install the package `util-linux`"
            )
        }
        return [setpriv, "--reuid=\(user)", "--regid=\(group)", "--init-groups", "--"] + arguments
    }

    /// The directory of sockets that do not fit into the cluster's own. Root makes no predictable names in `/tmp`,
    /// where anybody may have made them before.
    var socketRoot: String { needsSwitch ? "/run" : "/tmp" }

    /// Tries to enter the directory as this account. Modes alone say too little: there are access lists, mount options
    /// and name spaces.
    func canEnter(_ directory: String) async throws -> Bool {
        let test = Self.program("test") ?? "/usr/bin/test"
        return try await ChildProcess.run(command([test, "-x", directory])).status == 0
    }

    /// The path of a program of the system; nil when it is missing.
    static func program(_ name: String) -> String? {
        ["/usr/bin/\(name)", "/bin/\(name)"].first { FileSystem.isExecutable($0) }
    }

    /// The first directory on the way to `directory` that this account cannot enter.
    func firstClosedDirectory(towards directory: String) async throws -> String? {
        var path = ""
        for component in directory.split(separator: "/") {
            path += "/\(component)"
            if try await !canEnter(path) { return path }
        }
        return nil
    }
}
