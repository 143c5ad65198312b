import Glibc

/// The mark that ties a cluster outside to its data directory: a file `cluster.id` in both, with the same random
/// number. A data directory that was deleted and made anew has no mark, and a copy shares the mark of its original.
struct ClusterMark: Hashable {
    /// 32 hexadecimal digits.
    let id: String
    /// In a cluster: the path of its data directory. In a data directory: nil, or `pending` until the cluster is made
    /// and marked.
    var note: String?

    static let fileName = "cluster.id"
    private static let pendingNote = "pending"

    /// True in a data directory whose cluster is still being made or marked.
    var isPending: Bool { note == Self.pendingNote }

    /// The mark of a data directory whose cluster is still being made or marked.
    var pending: ClusterMark { ClusterMark(id: id, note: Self.pendingNote) }

    static func new() -> ClusterMark {
        let digits = (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }
        return ClusterMark(id: digits.joined(), note: pendingNote)
    }

    init(id: String, note: String? = nil) {
        self.id = id
        self.note = note
    }

    /// Reads the mark in a data directory or a cluster; nil when there is none.
    init?(in directory: String) {
        guard let text = FileSystem.contents("\(directory)/\(Self.fileName)") else { return nil }
        let lines = text.split(separator: "\n", maxSplits: 1).map(String.init)
        guard let id = lines.first, id.count == 32, id.allSatisfy(\.isHexDigit) else { return nil }
        self.id = id
        self.note = lines.count > 1 ? String(lines[1].prefix { $0 != "\n" }) : nil
    }

    /// Puts the mark into a directory, whole or not at all.
    ///
    /// - Parameter account: the file's owner; nil for this process's user.
    func write(to directory: String, account: ServerAccount? = nil) throws {
        let path = "\(directory)/\(Self.fileName)"
        let draft = "\(path).new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("make", draft) }
        defer { close(descriptor) }
        let text = Array("\(id)\n\(note.map { "\($0)\n" } ?? "")".utf8)
        guard Glibc.write(descriptor, text, text.count) == text.count else { throw FileSystem.failure("write", draft) }
        if let account, fchown(descriptor, account.user, account.group) != 0 {
            throw FileSystem.failure("change the owner of", draft)
        }
        guard fsync(descriptor) == 0 else { throw FileSystem.failure("sync", draft) }
        guard rename(draft, path) == 0 else { throw FileSystem.failure("rename", draft) }
        try FileSystem.synchronize(directory: directory)
    }
}
