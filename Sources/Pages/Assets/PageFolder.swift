import Foundation
import PageFiles
import Synchronization

/// A folder of templates and assets that may change. What was made of its files is kept until one of them changes: to
/// join and compress all of them takes a debug build a second or more.
final class PageFolder: Sendable {
    private let path: String
    private let known = Mutex<(stamps: [String: Stamp], set: PageSet)?>(nil)

    /// The part of a file's attributes that differs after a change.
    private struct Stamp: Equatable {
        let modified: Date?
        let bytes: Int
    }

    init(_ path: String) { self.path = path }

    /// The templates and assets by the files as they are now.
    ///
    /// - Throws: `PageError` for files that cannot be read.
    var current: PageSet {
        get throws(PageError) {
            let stamps = try reading { try Self.stamps(in: path) }
            if let set = known.withLock({ $0?.stamps == stamps ? $0?.set : nil }) { return set }
            let set = try PageSet(try reading { try Self.files(named: stamps.keys.sorted(), in: path) })
            known.withLock { $0 = (stamps, set) }
            return set
        }
    }

    private func reading<Value>(_ read: () throws -> Value) throws(PageError) -> Value {
        do { return try read() } catch { throw .folder(path, reason: "\(error)") }
    }

    private static func stamps(in folder: String) throws -> [String: Stamp] {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .fileSizeKey]
        var stamps: [String: Stamp] = [:]
        for kind in ["assets", "templates"] {
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(kind)") {
                let values = try URL(filePath: "\(folder)/\(kind)/\(file)").resourceValues(forKeys: keys)
                stamps["\(kind)/\(file)"] = Stamp(modified: values.contentModificationDate, bytes: values.fileSize ?? 0)
            }
        }
        return stamps
    }

    private static func files(named names: [String], in folder: String) throws -> [PageFile] {
        try names.map { name in
            PageFile(path: name, bytes: [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
        }
    }
}
