import Glibc

/// The file operations that the cluster needs, with errors that name the path.
enum FileSystem {
    /// The error of a call that failed.
    ///
    /// - Parameters:
    ///   - action: what was to be done with the path, such as `open`.
    ///   - code: the value of `errno`.
    static func failure(_ action: String, _ path: String, code: Int32 = errno) -> EmbeddedPostgresError {
        EmbeddedPostgresError(.fileSystem, "cannot \(action) \(path): \(String(cString: strerror(code)))")
    }

    /// Reads a small file's text; nil when the file cannot be read, or is a symbolic link. The database's account may
    /// have put a link there, or a pipe that nobody writes to, for root to follow.
    static func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return contents(of: descriptor, from: 0)
    }

    /// Reads all that follows an offset in bytes, and leaves the descriptor's own offset alone.
    static func contents(of descriptor: Int32, from offset: Int) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset + bytes.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// The path that a symbolic link names; nil when there is no such link.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The file system and number of a file, which a symbolic link shares with what it names.
    struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    /// The identity of a file; nil when there is none.
    static func identity(_ path: String) -> Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(device: status.st_dev, inode: status.st_ino) : nil
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// The status of a file; of a symbolic link itself, not of what the link names.
    static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// The names in a directory; none when the directory cannot be read.
    static func entries(_ path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        return names(handle)
    }

    /// The names that an open directory still has to give.
    static func names(_ handle: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The directory that holds a path, and the name in it.
    static func split(_ path: String) -> (parent: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[slash...].dropFirst()))
    }

    /// The bytes that a tree's files take on the disk. Symbolic links count as themselves.
    static func size(ofTree path: String) -> Int {
        guard let status = status(path) else { return 0 }
        let own = Int(status.st_blocks) * 512
        guard status.st_mode & S_IFMT == S_IFDIR else { return own }
        return entries(path).reduce(own) { $0 + size(ofTree: "\(path)/\($1)") }
    }

    /// The bytes that are free for this process on a path's file system; nil when that cannot be told.
    static func freeBytes(_ path: String) -> Int? {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : nil
    }

    /// The absolute path, free of symbolic links.
    static func resolved(_ path: String) throws -> String {
        guard let pointer = realpath(path, nil) else { throw failure("resolve", path) }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// Makes the directory and its missing parents. A directory that exists keeps its mode.
    static func makeDirectories(_ path: String, mode: mode_t) throws {
        if isDirectory(path) { return }
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        if !parent.isEmpty { try makeDirectories(String(parent), mode: mode) }
        // Another process may make the directory at the same moment.
        guard mkdir(path, mode) == 0 else {
            let number = errno
            if number == EEXIST, isDirectory(path) { return }
            throw failure("make the directory", path, code: number == EEXIST ? ENOTDIR : number)
        }
        // The umask must not close what the mode opens.
        guard chmod(path, mode) == 0 else { throw failure("set the mode of", path) }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a directory that only `account` may enter, or checks that an existing directory is such. A directory of
    /// another owner at a well-known place is not to be trusted.
    static func makePrivateDirectory(_ path: String, account: ServerAccount) throws {
        if mkdir(path, 0o700) == 0 {
            // By its descriptor: in a directory of the account, a path may name something else a moment later.
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure("open", path) }
            defer { close(descriptor) }
            guard fchown(descriptor, account.user, account.group) == 0 else {
                throw failure("change the owner of", path)
            }
            return
        }
        let number = errno
        guard number == EEXIST, let status = status(path) else {
            throw failure("make the directory", path, code: number)
        }
        guard
            status.st_mode & S_IFMT == S_IFDIR, status.st_uid == account.user,
            status.st_mode & 0o077 == 0
        else {
            throw EmbeddedPostgresError(
                .fileSystem,
                "\(path) must belong to the account \(account.name) alone (a directory of mode 0700): "
                    + "remove it, or change its owner and mode"
            )
        }
    }

    /// Makes a rename in this directory survive a power failure.
    static func synchronize(directory: String) throws {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", directory) }
    }
}
