import Glibc

/// A path together with the file or directory that it named, which stays open, so that the system gives its number to
/// no other one.
final class HeldPath: Sendable {
    /// `O_PATH` of <fcntl.h>, which glibc declares for _GNU_SOURCE only: needs no permission to read.
    private static let pathOnly: Int32 = 0o10000000

    let path: String
    private let descriptor: Int32
    private let identity: FileSystem.Identity

    /// - Throws: `fileSystem` where the path names nothing.
    init(_ path: String) throws {
        let descriptor = open(path, Self.pathOnly | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileSystem.failure("look at", path)
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        identity = FileSystem.Identity(device: status.st_dev, inode: status.st_ino)
    }

    deinit {
        close(descriptor)
    }

    /// False once the path names nothing or another file; true also where the system does not tell, as for want of a
    /// permission.
    var isInPlace: Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        return FileSystem.Identity(device: status.st_dev, inode: status.st_ino) == identity
    }
}
