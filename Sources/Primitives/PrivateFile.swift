import CLinux
import Glibc

/// Reads and makes small files that only their owner may read.
public enum PrivateFile {
    /// The bytes of a file, and the stamp by which a later change shows.
    public struct Contents {
        public let bytes: [UInt8]
        public let mode: UInt32
        /// The user id of the file's owner.
        public let owner: UInt32
        public let stamp: Stamp
    }

    /// A file's identity and the time of its last change, which covers its mode too (`st_ctim`).
    public struct Stamp: Sendable, Equatable {
        let device, inode, size, seconds, nanoseconds: Int
    }

    /// Reads a file.
    /// - Parameter limit: the largest number of bytes.
    /// - Returns: nil where there is no such file.
    /// - Throws: `FileError` where the file cannot be read or holds more than `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(FileError) -> Contents? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            guard errno != ENOENT else { return nil }
            throw failure(path, "cannot be opened")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path, "cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, reason: "is not a regular file") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "cannot be read") }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw FileError(path: path, reason: "exceeds \(limit) bytes") }
        }
        return Contents(bytes: bytes, mode: status.st_mode & 0o7777, owner: status.st_uid, stamp: Stamp(status))
    }

    /// The stamp of a file.
    /// - Returns: nil where the file cannot be examined.
    public static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    /// Makes the file with mode 0600, complete or not at all, and replaces no other.
    /// - Returns: false where the file exists already; it stays as it is.
    public static func create(_ path: String, bytes: [UInt8]) throws(FileError) -> Bool {
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(draft, "cannot be made") }
        defer { unlink(draft) }
        do {
            defer { close(file) }
            // The umask may have removed more permissions.
            guard fchmod(file, 0o600) == 0 else { throw failure(draft, "cannot be made private") }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure(draft, "cannot be written") }
                rest = rest.dropFirst(count)
            }
            guard fsync(file) == 0 else { throw failure(draft, "cannot be made durable") }
        }
        // link(2), unlike rename(2), never replaces a file: of two processes one succeeds, and both then read its file.
        guard link(draft, path) == 0 else {
            guard errno == EEXIST else { throw failure(path, "cannot be made") }
            return false
        }
        return true
    }

    private static func failure(_ path: String, _ what: String) -> FileError {
        FileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}

extension PrivateFile.Stamp {
    init(_ status: stat) {
        device = Int(truncatingIfNeeded: status.st_dev)
        inode = Int(truncatingIfNeeded: status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
    }
}
