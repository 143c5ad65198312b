import OrderLog
import Orders
import StrictJSON

extension TrackedEvent {
    /// - Returns: nil for an event that is hidden from customers.
    init?(_ event: LoggedEvent) {
        guard let bytes = event.data, let type = EventType(rawValue: event.type),
            let data = try? JSONValue.parse(bytes).object
        else { return nil }
        self.init(version: event.version, type: type, occurredAt: event.occurredAt, data: data)
    }
}
