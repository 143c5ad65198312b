/// The data directory and its lock as the first start found them. The cluster in it may be another one later, such as a
/// backup that an operator puts back.
struct HeldHome {
    private let directory: String
    private var paths: [HeldPath] = []

    /// Holds nothing yet.
    init(_ directory: String) {
        self.directory = directory
    }

    /// Holds those of the paths that exist.
    mutating func hold(_ paths: [String]) throws {
        self.paths = try paths.filter { FileSystem.exists($0) }.map { try HeldPath($0) }
    }

    /// True for a path within the directory.
    func contains(_ path: String) -> Bool { path.hasPrefix("\(directory)/") }

    /// False when the directory is no longer in its place, or another one is.
    var isInPlace: Bool { paths.allSatisfy(\.isInPlace) }

    /// - Throws: `directoryReplaced`. Another process may have made the directory anew, and then the cluster in it is
    ///   that process's.
    func check() throws {
        if !isInPlace { throw replaced }
    }

    /// The error of a directory that is no longer in its place.
    var replaced: EmbeddedPostgresError {
        EmbeddedPostgresError(
            .directoryReplaced,
            "\(directory) was removed or replaced while this process used it, so this process ends: start it again"
        )
    }
}
