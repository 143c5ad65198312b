import CLinux
import Glibc

/// Reading and making small files that nobody else may read.
package enum PrivateFile {
    /// What a file holds and by what it can be told that it changed.
    package struct Contents {
        package let bytes: [UInt8]
        package let mode: UInt32
        package let stamp: Stamp
    }

    /// A file's identity and last change, of its mode too (`st_ctim`): a file that became readable is a changed one.
    package struct Stamp: Sendable, Equatable {
        let device, inode, size, seconds, nanoseconds: Int
    }

    /// - Returns: nil where there is no such file.
    /// - Throws: `FileError` for anything else that keeps it from being read, or more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(FileError) -> Contents? {
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
        return Contents(bytes: bytes, mode: status.st_mode & 0o7777, stamp: Stamp(status))
    }

    /// - Returns: nil where the file cannot be examined.
    package static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    /// Makes the file with mode 0600, complete or not at all, and never over another.
    /// - Returns: false where the file exists already; it is left alone.
    package static func create(_ path: String, bytes: [UInt8]) throws(FileError) -> Bool {
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(draft, "cannot be made") }
        defer { unlink(draft) }
        do {
            defer { close(file) }
            // The umask may have taken more away.
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
        // link(2), unlike rename(2), refuses to replace: of two processes one wins, and both then read the winner's.
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
