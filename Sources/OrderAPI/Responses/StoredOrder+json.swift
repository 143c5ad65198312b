package import EventStreams
package import OrderLog
import Orders

extension StoredOrder {
    /// The order as the caller reads it: alone, in a list, or as of a moment in the past.
    package func json(for caller: Caller, _ positionEncoder: PositionEncoder) -> [UInt8] {
        order.json(
            for: caller.audience,
            role: caller.commandRole,
            position: positionEncoder(position, for: caller.audience),
            recordedAt: recordedAt
        )
    }
}
