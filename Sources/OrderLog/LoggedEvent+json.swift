import Foundation
package import Orders
package import StrictJSON

extension LoggedEvent {
    /// The text of `data` in an event that is hidden from customers.
    package enum HiddenData: String, Sendable {
        case emptyObject = "{}"
        /// As earlier versions wrote it. The import still reads their exports.
        case null
    }

    /// Writes the event's JSON, which is the same in stream frames, in an order's history, on log pages and in exports.
    ///
    /// - Parameters:
    ///   - audience: customers get neither `internal` nor the actor and the ids of the command.
    ///   - position: the event's position as this audience reads it.
    ///   - hiddenData: the text of `data` in an event that is hidden from customers, whose texts are in `internal`.
    package func write(
        to writer: inout JSONWriter,
        for audience: Audience,
        position: String,
        hiddenData: HiddenData = .emptyObject
    ) {
        writer.object { writer in
            writer.field("position", position)
            writer.field("orderId", orderId.text)
            writer.field("number", number)
            writer.field("shop", shop)
            writer.field("customer", customer)
            writer.field("version", version)
            writer.field("type", type)
            writer.field("schema", schema)
            writer.field("statusBefore", statusBefore)
            writer.field("status", status)
            writer.field("occurredAt", occurredAt.rfc3339)
            writer.field("recordedAt", recordedAt.rfc3339Micro)
            writer.key("data")
            writer.raw(data ?? Array(hiddenData.rawValue.utf8))
            if audience == .staff {
                writer.key("internal")
                writer.raw(`internal`)
                writer.field("actor", actor)
                writer.field("commandId", commandId)
                writer.field("correlationId", correlationId)
                writer.field("causationId", causationId)
            }
        }
    }
}
