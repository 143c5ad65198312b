import Foundation

/// The kernel's cache of a stopped database's files.
enum PageCache {
    /// Reads all files below a directory once, so that as much of them is in the cache as has room there.
    ///
    /// - Returns: the size of the files, in bytes.
    static func fill(from directory: String) async throws -> Int {
        try await BlockingWork.run {
            let names = FileManager.default.enumerator(atPath: directory)
            var total = 0
            while let name = names?.nextObject() as? String {
                guard names?.fileAttributes?[.type] as? FileAttributeType == .typeRegular else { continue }
                let file = try FileHandle(forReadingFrom: URL(filePath: "\(directory)/\(name)"))
                defer { try? file.close() }
                while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { total += piece.count }
            }
            guard total > 0 else { throw LoadFailure("there are no files below \(directory)") }
            return total
        }
    }
}
