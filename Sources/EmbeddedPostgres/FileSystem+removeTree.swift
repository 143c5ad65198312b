import Glibc

extension FileSystem {
    /// Removes a tree. Symbolic links are removed, not followed, also those that take a directory's place meanwhile:
    /// root removes trees that the database's account owns.
    ///
    /// - Parameter trusted: a directory on the way, such as the one that holds the cluster; no link is followed below
    ///   it. Nil takes the tree's own parent.
    static func removeTree(_ path: String, below trusted: String? = nil) throws {
        let slashes = path.reversed().prefix { $0 == "/" }.count
        let whole = String(path.dropLast(slashes))
        let (parent, name) = split(whole.contains("/") ? whole : "./\(whole)")
        let root = trusted ?? (parent.isEmpty ? "/" : parent)
        let way = trusted.map { path.dropFirst($0.count).split(separator: "/").dropLast() } ?? []
        var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for component in way where descriptor >= 0 {
            let next = openDirectory(String(component), in: descriptor)
            let number = errno
            close(descriptor)
            errno = number
            descriptor = next
        }
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("remove", path)
        }
        defer { close(descriptor) }
        try remove(name, in: descriptor, path: path)
    }

    private static func openDirectory(_ name: String, in descriptor: Int32) -> Int32 {
        openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }

    /// - Parameters:
    ///   - descriptor: the open directory that holds the name.
    ///   - path: the path for errors.
    private static func remove(_ name: String, in descriptor: Int32, path: String) throws {
        if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return }
        // Linux says EISDIR for a directory, POSIX EPERM.
        let number = errno
        guard number == EISDIR || number == EPERM else { throw failure("remove", path, code: number) }
        let directory = openDirectory(name, in: descriptor)
        guard directory >= 0 else { throw failure("remove", path) }
        defer { close(directory) }
        for entry in try entries(of: directory, path: path) {
            try remove(entry, in: directory, path: "\(path)/\(entry)")
        }
        guard unlinkat(descriptor, name, Int32(AT_REMOVEDIR)) == 0 || errno == ENOENT else {
            throw failure("remove", path)
        }
    }

    private static func entries(of directory: Int32, path: String) throws -> [String] {
        // The stream closes its descriptor.
        let copy = dup(directory)
        guard copy >= 0 else { throw failure("read", path) }
        guard let handle = fdopendir(copy) else {
            close(copy)
            throw failure("read", path)
        }
        defer { closedir(handle) }
        return names(handle)
    }
}
