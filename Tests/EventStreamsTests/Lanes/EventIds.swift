import Foundation

/// The ids of the events in a body, which are read as the body grows.
struct EventIds {
    private(set) var all: [Int64] = []
    private var parsedCount = 0

    /// Reads the blocks that have become complete. Blocks without data are heartbeats, and no events.
    ///
    /// - Parameter body: the whole body so far.
    mutating func update(_ body: [UInt8]) {
        let blocks = String(decoding: body[parsedCount...], as: UTF8.self).components(separatedBy: "\n\n")
        for block in blocks.dropLast() {
            parsedCount += block.utf8.count + 2
            guard block.contains("data: "), let id = block.range(of: "id: aaaaaaaa-"),
                let seq = Int64(block[id.upperBound...].prefix { $0.isNumber })
            else { continue }
            all.append(seq)
        }
    }
}
