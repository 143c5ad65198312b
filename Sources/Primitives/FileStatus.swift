import Glibc

/// The kind of a file and the rights on it (stat(2)).
///
/// Code that imports Foundation asks here: there the members of C's `stat` belong to one module or another, by what the
/// compiler has loaded first.
public struct FileStatus: Sendable, Equatable {
    /// The bits of the rights, such as 0o644.
    public let permissions: UInt32
    private let kind: UInt32

    /// - Returns: nil where the file cannot be examined.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// - Returns: nil where the descriptor is not open.
    public init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        permissions = status.st_mode & 0o777
        kind = status.st_mode & S_IFMT
    }

    public var isRegularFile: Bool { kind == S_IFREG }
    public var isDirectory: Bool { kind == S_IFDIR }
}

/// The room of the file system that holds a path (statvfs(3)).
public struct FileSystemRoom: Sendable {
    /// The bytes that a process without privileges may still take.
    public let free: Int64
    public let total: Int64
    /// The share of inodes that is left; 1 for file systems without a fixed number of them.
    public let inodes: Double

    /// - Returns: nil where there is no such path, or its file system does not answer.
    public init?(path: String) {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        free = Self.bytes(facts.f_bavail, of: facts.f_frsize)
        total = Self.bytes(facts.f_blocks, of: facts.f_frsize)
        inodes = facts.f_files == 0 ? 1 : Double(facts.f_favail) / Double(facts.f_files)
    }

    private static func bytes(_ blocks: UInt, of size: UInt) -> Int64 {
        let (bytes, isTooLarge) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(size))
        return isTooLarge ? .max : Int64(clamping: bytes)
    }
}
