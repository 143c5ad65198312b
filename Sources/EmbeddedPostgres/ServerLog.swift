import Glibc

/// The log file of a cluster's server, and the older messages set aside beside it as `….1`. Each holds at most
/// ``rotationBytes`` and what the server writes between two looks.
struct ServerLog {
    let path: String
    /// The files' owner.
    let account: ServerAccount

    /// The size in bytes at which messages are set aside.
    static let rotationBytes: off_t = 16 << 20

    private var olderPath: String { path + ".1" }

    /// Makes the file, after setting big contents aside.
    ///
    /// - Returns: the file's size in bytes: new messages begin there.
    func open() throws -> Int {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        defer { close(descriptor) }
        guard fchown(descriptor, account.user, account.group) == 0 else {
            throw FileSystem.failure("change the owner of", path)
        }
        try rotate(descriptor)
        return Int(lseek(descriptor, 0, SEEK_END))
    }

    /// Sets the messages aside when there are too many. The server may go on writing meanwhile: it appends to the file
    /// that it has open, which is emptied in its place.
    ///
    /// - Returns: true when messages were set aside.
    @discardableResult
    func rotate() throws -> Bool {
        guard let status = FileSystem.status(path), status.st_size > Self.rotationBytes else { return false }
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        defer { close(descriptor) }
        try rotate(descriptor)
        return true
    }

    private func rotate(_ descriptor: Int32) throws {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > Self.rotationBytes else { return }
        // Emptied in any case: a copy that fails for want of room must not keep the room taken.
        defer { _ = ftruncate(descriptor, 0) }
        unlink(olderPath)
        let older = Glibc.open(olderPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard older >= 0 else { throw FileSystem.failure("make", olderPath) }
        defer { close(older) }
        _ = fchown(older, account.user, account.group)
        var offset = size - Self.rotationBytes
        while offset < size {
            let count = sendfile(older, descriptor, &offset, Int(size - offset))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileSystem.failure("write", olderPath) }
        }
    }

    /// The messages from an offset in bytes on; empty when the file cannot be read.
    func text(from offset: Int) -> String {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return FileSystem.contents(of: descriptor, from: offset) ?? ""
    }
}
