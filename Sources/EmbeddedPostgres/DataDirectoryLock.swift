import Glibc

/// A lock that makes a data directory belong to one process at a time: an advisory lock on `waybill.lock`, which the
/// kernel releases with the end of the process.
///
/// The lock is held until the value goes away. The file stays: without it two processes could lock two files of one
/// name. The file is for its owner alone: an account that can read a file can lock it.
package final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// Makes a missing directory, which the server's account can enter, and locks it.
    ///
    /// - Throws: `directoryLocked`, naming the process that holds the lock; `fileSystem`.
    package convenience init(dataDirectory: String) throws {
        try FileSystem.makeDirectories(dataDirectory, mode: 0o711)
        try self.init(file: "\(dataDirectory)/waybill.lock") { holder in
            "another process\(holder) uses \(dataDirectory): stop it, or name another data directory"
        }
    }

    /// Makes a missing file and locks it.
    ///
    /// - Parameter refusal: the sentence for a lock that another process holds, which it gets as words in brackets.
    init(file path: String, refusal: (_ holder: String) -> String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        // Earlier versions made the file with the mode 0644. Another owner's file keeps its mode.
        _ = fchmod(descriptor, 0o600)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            let holder = FileSystem.contents(of: descriptor, from: 0).flatMap { Int32($0.prefix { $0 != "\n" }) }
            close(descriptor)
            guard number == EWOULDBLOCK else { throw FileSystem.failure("lock", path, code: number) }
            throw EmbeddedPostgresError(.directoryLocked, refusal(holder.map { " (pid \($0))" } ?? ""))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let error = FileSystem.failure("write", path)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
