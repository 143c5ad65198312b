import Glibc

/// The log file of a cluster's server.
struct ServerLog {
    let path: String
    /// The file's owner.
    let account: ServerAccount

    /// The size in bytes at which a start sets the file aside as `….1`.
    private static let rotationBytes: off_t = 16 << 20

    /// Makes the file, after setting a big one aside.
    ///
    /// - Returns: the file's size in bytes: new messages begin there.
    func open() throws -> Int {
        if let status = FileSystem.status(path), status.st_size > Self.rotationBytes {
            guard rename(path, path + ".1") == 0 else { throw FileSystem.failure("rename", path) }
        }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        defer { close(descriptor) }
        guard fchown(descriptor, account.user, account.group) == 0 else {
            throw FileSystem.failure("change the owner of", path)
        }
        return Int(lseek(descriptor, 0, SEEK_END))
    }

    /// The messages from an offset in bytes on; empty when the file cannot be read.
    func text(from offset: Int) -> String {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return FileSystem.contents(of: descriptor, from: offset) ?? ""
    }
}
