import OrderLog
import Synchronization

extension EventFrame {
    /// The bytes of a frame's entries in the recent events of the hub and of a lane, with room to grow, and of the
    /// chains of orders and customers there.
    private static let entries = 2 * 96
    /// The bytes of a frame's encoding beside the event's own texts: names of fields, punctuation, the order's id,
    /// positions and times.
    private static let envelope = (staff: 420, customer: 390)

    /// Estimates the memory of an event's frame: the objects of frame and event, the texts of the row, and an encoding
    /// for each audience.
    ///
    /// - Returns: bytes.
    static func size(of event: LoggedEvent) -> Int {
        let shown = [event.number, event.shop, event.customer, event.type, event.statusBefore ?? "", event.status]
        let inside = [event.actor, event.commandId, event.correlationId ?? "", event.causationId ?? ""]
        let data = event.data.map { $0.count + LineSeparators.growth(of: $0) } ?? 0
        let hidden = event.internal.count + LineSeparators.growth(of: event.internal)
        let texts = shown.reduce(0) { $0 + $1.utf8.count }
        let origin = inside.reduce(0) { $0 + $1.utf8.count }
        var size = entries + object + eventObject
        for text in shown + inside { size += HeapBlock.text(text.utf8.count) }
        size += HeapBlock.array(event.data?.count ?? 0) + HeapBlock.array(event.internal.count)
        size += HeapBlock.array(envelope.staff + texts + origin + data + hidden)
        if event.data != nil { size += HeapBlock.array(envelope.customer + texts + data) }
        return size
    }

    /// The object of an event: five integers, the order's id, ten texts, and the two arrays of its data.
    private static let eventObject = HeapBlock.size(HeapBlock.objectHeader + 232)

    private static let object = HeapBlock.size(
        HeapBlock.objectHeader + MemoryLayout<LoggedEvent>.stride + MemoryLayout<LogPosition>.stride
            + MemoryLayout<PositionEncoder>.stride + MemoryLayout<Mutex<Encodings>>.stride + 2
            * MemoryLayout<Int>.stride
    )
}
