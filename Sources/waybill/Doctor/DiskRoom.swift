import Foundation
import Primitives

/// The room on the file system that holds a path.
struct DiskRoom {
    let path: String
    private let room: FileSystemRoom

    /// - Parameter path: where nothing is there yet, the nearest directory above counts.
    /// - Returns: nil where the file system does not answer.
    init?(nearest path: String) {
        var url = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: url.path), url.path != "/" { url.deleteLastPathComponent() }
        guard let room = FileSystemRoom(path: url.path) else { return nil }
        self.path = url.path
        self.room = room
    }

    /// - Parameter least: the bytes below which the room is a warning; a tenth of it is a failure.
    func finding(_ name: String, least: Int64) -> Finding {
        let text = "\(name): \(Self.size(room.free)) of \(Self.size(room.total)) are free at \(path)"
        if room.inodes < 0.02 {
            return .warning("disk", "\(name): hardly any inode is free at \(path)", do: "delete small files there")
        }
        if room.free < least / 10 {
            return .failure("disk", text, do: "make room: commands are refused on a full disk")
        }
        if room.free < least { return .warning("disk", text, do: "make room, or use a larger disk") }
        return .ok("disk", text)
    }

    /// A size in binary units with one decimal.
    static func size(_ bytes: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\(String(format: "%.1f", value)) \(units[unit])"
    }
}
