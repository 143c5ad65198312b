import Foundation

/// The room on the file system that holds a path.
struct DiskRoom {
    let path: String
    /// The bytes that a process without privileges may still take.
    let free: Int64
    let total: Int64
    /// The share of inodes that is left; 1 for file systems without a fixed number of them.
    let inodes: Double

    /// - Parameter path: where nothing is there yet, the nearest directory above counts.
    /// - Returns: nil where the file system does not answer.
    init?(nearest path: String) {
        var url = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: url.path), url.path != "/" { url.deleteLastPathComponent() }
        var facts = statvfs()
        guard statvfs(url.path, &facts) == 0 else { return nil }
        self.path = url.path
        free = Int64(
            clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue
        )
        total = Int64(
            clamping: UInt64(facts.f_blocks).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue
        )
        inodes = facts.f_files == 0 ? 1 : Double(facts.f_favail) / Double(facts.f_files)
    }

    /// - Parameter least: the bytes below which the room is a warning; a tenth of it is a failure.
    func finding(_ name: String, least: Int64) -> Finding {
        let text = "\(name): \(Self.size(free)) of \(Self.size(total)) are free at \(path)"
        if inodes < 0.02 {
            return .warning("disk", "\(name): hardly any inode is free at \(path)", do: "delete small files there")
        }
        if free < least / 10 { return .failure("disk", text, do: "make room: commands are refused on a full disk") }
        if free < least { return .warning("disk", text, do: "make room, or use a larger disk") }
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
