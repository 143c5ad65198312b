import EventStreams
import OrderLog
import Orders

extension StoredOrder {
    /// The order as this caller reads it, wherever it stands: alone, in a list, as it was.
    func json(for caller: Caller, _ text: PositionEncoder) -> [UInt8] {
        order.json(
            for: caller.audience,
            role: caller.commandRole,
            position: text(position, for: caller.audience),
            recordedAt: recordedAt
        )
    }
}
