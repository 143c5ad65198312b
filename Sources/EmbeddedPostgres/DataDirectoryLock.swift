import Glibc

/// Makes a data directory belong to one process at a time: an advisory lock on `waybill.lock`, which the kernel
/// releases however the process ends.
///
/// Held until the value goes away. The file stays: removing it would let two processes lock two files of one name.
package final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// Makes the directory where it is missing, enterable for the server's account, and locks it.
    ///
    /// - Throws: `directoryLocked`, naming the process that holds it; `fileSystem`.
    package init(dataDirectory: String) throws {
        try FileSystem.makeDirectories(dataDirectory, mode: 0o711)
        let path = "\(dataDirectory)/waybill.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            let holder = FileSystem.contents(of: descriptor, from: 0).flatMap { Int32($0.prefix { $0 != "\n" }) }
            close(descriptor)
            guard number == EWOULDBLOCK else { throw FileSystem.failure("lock", path, number) }
            throw EmbeddedPostgresError(
                .directoryLocked,
                "\(dataDirectory) is in use by another process" + (holder.map { " (pid \($0))" } ?? "")
            )
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
