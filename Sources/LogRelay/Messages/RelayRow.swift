import Foundation
import NIOCore
import OrderLog
import Orders

/// A row of the log within a message.
enum RelayRow {
    /// The fields that a row may lack.
    private struct Present: OptionSet {
        let rawValue: UInt8

        static let statusBefore = Present(rawValue: 1)
        static let data = Present(rawValue: 2)
        static let correlationId = Present(rawValue: 4)
        static let causationId = Present(rawValue: 8)
    }

    /// The bytes of a row, about and never less.
    static func size(_ event: LoggedEvent) -> Int {
        var texts = event.number.utf8.count + event.shop.utf8.count + event.customer.utf8.count
        texts += event.type.utf8.count + event.status.utf8.count + (event.statusBefore?.utf8.count ?? 0)
        texts += event.actor.utf8.count + event.commandId.utf8.count
        texts += (event.correlationId?.utf8.count ?? 0) + (event.causationId?.utf8.count ?? 0)
        return texts + (event.data?.count ?? 0) + event.internal.count + 128
    }

    static func write(_ event: LoggedEvent, to buffer: inout ByteBuffer) {
        var present: Present = []
        if event.statusBefore != nil { present.insert(.statusBefore) }
        if event.data != nil { present.insert(.data) }
        if event.correlationId != nil { present.insert(.correlationId) }
        if event.causationId != nil { present.insert(.causationId) }
        buffer.writeInteger(present.rawValue)
        withUnsafeBytes(of: event.orderId.uuid) { _ = buffer.writeBytes($0) }
        buffer.writeVarint(UInt64(event.version))
        buffer.writeVarint(UInt64(event.schema))
        buffer.writeInteger(event.occurredAt.unixMicroseconds)
        buffer.writeInteger(event.recordedAt.unixMicroseconds)
        for text in [event.number, event.shop, event.customer, event.type, event.status] { buffer.writeText(text) }
        if let status = event.statusBefore { buffer.writeText(status) }
        buffer.writeText(event.actor)
        buffer.writeText(event.commandId)
        if let id = event.correlationId { buffer.writeText(id) }
        if let id = event.causationId { buffer.writeText(id) }
        buffer.writeBlob(event.internal)
        if let data = event.data { buffer.writeBlob(data) }
    }

    static func read(seq: Int64, from buffer: inout ByteBuffer) -> LoggedEvent? {
        guard let present = buffer.readInteger(as: UInt8.self).map(Present.init(rawValue:)),
            let id = buffer.readBytes(length: 16), let version = buffer.readNumber(), let schema = buffer.readNumber(),
            let occurredAt = buffer.readInteger(as: Int64.self), let recordedAt = buffer.readInteger(as: Int64.self),
            let number = buffer.readText(), let shop = buffer.readText(), let customer = buffer.readText(),
            let type = buffer.readText(), let status = buffer.readText()
        else { return nil }
        var (statusBefore, correlationId, causationId): (String?, String?, String?)
        var data: [UInt8]?
        if present.contains(.statusBefore) {
            guard let text = buffer.readText() else { return nil }
            statusBefore = text
        }
        guard let actor = buffer.readText(), let commandId = buffer.readText() else { return nil }
        if present.contains(.correlationId) {
            guard let text = buffer.readText() else { return nil }
            correlationId = text
        }
        if present.contains(.causationId) {
            guard let text = buffer.readText() else { return nil }
            causationId = text
        }
        guard let hidden = buffer.readBlob() else { return nil }
        if present.contains(.data) {
            guard let bytes = buffer.readBlob() else { return nil }
            data = bytes
        }
        return LoggedEvent(
            seq: seq,
            orderId: id.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) },
            version: Int(version),
            number: number,
            shop: shop,
            customer: customer,
            type: type,
            schema: Int(schema),
            statusBefore: statusBefore,
            status: status,
            data: data,
            internal: hidden,
            actor: actor,
            commandId: commandId,
            correlationId: correlationId,
            causationId: causationId,
            occurredAt: Timestamp(unixMicroseconds: occurredAt),
            recordedAt: Timestamp(unixMicroseconds: recordedAt)
        )
    }
}
