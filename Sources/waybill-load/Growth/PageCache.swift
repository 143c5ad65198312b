import Foundation

/// The kernel's cache of a database's files.
enum PageCache {
    /// Reads all files below a directory once, so that as much of them is in the cache as has room there.
    ///
    /// - Returns: the size of the files, in bytes.
    @discardableResult
    static func fill(from directory: String) async throws -> Int {
        try await BlockingWork.run {
            guard let names = FileManager.default.enumerator(atPath: directory) else {
                throw LoadFailure("cannot read \(directory)")
            }
            var total = 0
            while let name = names.nextObject() as? String {
                // Files of a stopped database do not go away; directories cannot be read.
                guard names.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
                    let file = FileHandle(forReadingAtPath: "\(directory)/\(name)")
                else { continue }
                defer { try? file.close() }
                while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { total += piece.count }
            }
            return total
        }
    }
}
