import OrderLog
import Synchronization

extension EventFrame {
    /// The rings of the hub and of a lane: an entry in each, with room to grow, and each the order's newest.
    private static let entries = 2 * 64
    /// What a frame's encoding has beside the event's own texts: names of fields, punctuation, the order's id, positions and
    /// times.
    private static let envelope = (staff: 420, customer: 390)

    /// - Returns: what the frame of an event comes to hold: itself, the row's texts, and an encoding for each audience.
    static func size(of event: LoggedEvent) -> Int {
        let shown = [event.number, event.shop, event.customer, event.type, event.statusBefore ?? "", event.status]
        let inside = [event.actor, event.commandId, event.correlationId ?? "", event.causationId ?? ""]
        let data = event.data?.count ?? 0
        let texts = shown.reduce(0) { $0 + $1.utf8.count }
        let origin = inside.reduce(0) { $0 + $1.utf8.count }
        var size = entries + object
        for text in shown + inside { size += HeapBlock.text(text.utf8.count) }
        size += HeapBlock.array(data) + HeapBlock.array(event.internal.count)
        size += HeapBlock.array(envelope.staff + texts + origin + data + event.internal.count)
        if event.data != nil { size += HeapBlock.array(envelope.customer + texts + data) }
        return size
    }

    private static let object = HeapBlock.size(
        HeapBlock.objectHeader + MemoryLayout<LoggedEvent>.stride + MemoryLayout<LogPosition>.stride
            + MemoryLayout<PositionEncoder>.stride + MemoryLayout<Mutex<Encodings>>.stride + 2
            * MemoryLayout<Int>.stride
    )
}

/// What things take of the heap, in bytes.
enum HeapBlock {
    /// Of a Swift object.
    static let objectHeader = 16
    /// Of the storage of arrays and long texts.
    private static let storageHeader = 32

    /// A block of the C library's (glibc): a word of its own, and in steps of two words.
    static func size(_ bytes: Int) -> Int { max(32, (bytes + 8 + 15) & ~15) }

    static func array(_ bytes: Int) -> Int { bytes == 0 ? 0 : size(storageHeader + bytes) }

    /// - Parameter bytes: of the text in UTF-8; fifteen fit into the value itself.
    static func text(_ bytes: Int) -> Int { bytes <= 15 ? 0 : size(storageHeader + bytes + 1) }
}
