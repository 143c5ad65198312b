package import Foundation
import OrderLog
package import Orders

/// The error of an event that cannot be folded: its type or schema is unknown to this version of Waybill, or it is
/// damaged.
package struct UnreadableEvent: Error, Sendable, Equatable {
    package let seq: Int64
    package let orderId: UUID
    package let cause: StoredDataError

    /// Runs `fold`, and adds the event to an error that it throws.
    static func naming<R>(_ event: LoggedEvent, _ fold: () throws -> R) throws -> R {
        do {
            return try fold()
        } catch let cause as StoredDataError {
            throw UnreadableEvent(seq: event.seq, orderId: event.orderId, cause: cause)
        }
    }
}

extension UnreadableEvent: CustomStringConvertible {
    package var description: String {
        "event \(seq) (order \(orderId.uuidString.lowercased())) cannot be read: \(reason)"
    }

    private var reason: String {
        switch cause {
        case .unknownType(let type): "this version of Waybill knows no event type “\(type)”"
        case .unknownSchema(let type, let schema): "this version of Waybill knows no schema \(schema) of “\(type)”"
        case .malformed(let what, let detail): "“\(what)” is malformed: \(detail)"
        }
    }
}
