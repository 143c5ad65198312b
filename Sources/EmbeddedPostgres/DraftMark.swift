import Glibc
import Logging

/// The mark of a directory that Waybill makes beside a cluster for a while: a file `….waybill` next to the directory.
///
/// The mark tells such a directory from the copies that people make. Only a marked directory is ever removed. The mark
/// lies outside of the directory, where the database's account cannot make one.
struct DraftMark: Hashable {
    let directory: String

    private static let ending = ".waybill"

    private var path: String { directory + Self.ending }

    init(of directory: String) { self.directory = directory }

    var exists: Bool { FileSystem.status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

    /// Makes the mark. The directory must not be there, since it would be somebody's own.
    func make() throws {
        guard FileSystem.status(directory) == nil else {
            throw EmbeddedPostgresError(
                .fileSystem,
                "\(directory) is in the way, and Waybill did not make it: give it another name, or delete it"
            )
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("make", path) }
        close(descriptor)
        try FileSystem.synchronize(directory: FileSystem.split(directory).parent)
    }

    func remove() throws { try FileSystem.removeTree(path) }

    /// Makes the marked directory, which only `account` may enter.
    func makeDirectory(account: ServerAccount) throws {
        try make()
        try FileSystem.makePrivateDirectory(directory, account: account)
    }

    /// Removes the marked directory, and then its mark.
    func removeDirectory() throws {
        try FileSystem.removeTree(directory)
        try remove()
    }

    /// Finds the marks whose directories' names are the cluster's, the infix and a process id. Names in the log what
    /// has such a name and no mark: it stays.
    static func leftovers(of cluster: String, infix: String, logger: Logger) -> [DraftMark] {
        let (parent, name) = FileSystem.split(cluster)
        var found: [DraftMark] = []
        for entry in FileSystem.entries(parent).sorted() where entry.hasPrefix(name + infix) {
            let isMark = entry.hasSuffix(ending)
            let base = isMark ? String(entry.dropLast(ending.count)) : entry
            let number = base.dropFirst(name.count + infix.count)
            guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { continue }
            let mark = DraftMark(of: "\(parent)/\(base)")
            if isMark, mark.exists {
                found.append(mark)
            } else if !isMark, !mark.exists {
                logger.notice(
                    """
                    a directory beside the cluster has the name of a draft and no mark of Waybill: it stays; delete it \
                    if nobody needs it
                    """,
                    metadata: ["directory": "\(mark.directory)"]
                )
            }
        }
        return found
    }
}
