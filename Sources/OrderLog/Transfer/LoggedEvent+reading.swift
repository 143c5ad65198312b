import Foundation
import Orders
import StrictJSON

extension LoggedEvent {
    /// Reads an event as `exportLine` wrote it.
    ///
    /// - Throws: `LogTransferError` for anything else: what would read differently when exported again is no export.
    static func read(exportLine line: [UInt8]) throws -> (event: LoggedEvent, position: LogPosition) {
        let object: JSONObject
        do {
            guard let parsed = try JSONValue.parse(line).object else { throw LogTransferError("it is not an object") }
            object = parsed
        } catch let error as JSONParseError {
            throw LogTransferError(error.sentence)
        }
        func text(_ name: String) throws -> String {
            guard let text = object[name]?.string else { throw LogTransferError("“\(name)” is missing or no text") }
            return text
        }
        func number(_ name: String, _ range: ClosedRange<Int64>) throws -> Int {
            guard let number = object[name]?.integer, range.contains(number) else {
                throw LogTransferError("“\(name)” is missing or no such number")
            }
            return Int(number)
        }
        func time(_ name: String) throws -> Timestamp {
            guard let time = try Timestamp(rfc3339: text(name)) else {
                throw LogTransferError("“\(name)” is no time")
            }
            return time
        }
        func json(_ name: String) throws -> [UInt8]? {
            guard let value = object[name] else { throw LogTransferError("“\(name)” is missing") }
            if case .null = value { return nil }
            var writer = JSONWriter()
            writer.value(value)
            return writer.bytes
        }
        guard let position = try LogPosition(text("position")), position.seq > 0 else {
            throw LogTransferError("“position” is no event's position")
        }
        guard let orderId = try UUID(text: text("orderId")) else {
            throw LogTransferError("“orderId” is no UUID")
        }
        guard let `internal` = try json("internal") else { throw LogTransferError("“internal” is null") }
        let (type, data) = (try text("type"), try json("data"))
        let isHidden = data == nil || data == Array(HiddenData.emptyObject.rawValue.utf8) && isHideable(type)
        let event = try LoggedEvent(
            seq: position.seq,
            orderId: orderId,
            version: number("version", 1...Int64(Int32.max)),
            number: text("number"),
            shop: text("shop"),
            customer: text("customer"),
            type: type,
            schema: number("schema", 0...Int64(Int16.max)),
            statusBefore: object["statusBefore"]?.string,
            status: text("status"),
            data: isHidden ? nil : data,
            internal: `internal`,
            actor: text("actor"),
            commandId: text("commandId"),
            correlationId: object["correlationId"]?.string,
            causationId: object["causationId"]?.string,
            occurredAt: time("occurredAt"),
            recordedAt: time("recordedAt")
        )
        let hiddenData = data == nil ? HiddenData.null : .emptyObject
        guard event.exportLine(position, hiddenData: hiddenData).dropLast() == line[...] else {
            throw LogTransferError("it is not written as an export writes it")
        }
        return (event, position)
    }
}

extension LoggedEvent {
    /// Tells whether events of a type may be hidden from customers. Those that are not hidden have members in `data`.
    private static func isHideable(_ type: String) -> Bool { hideableTypes.contains(type) }

    private static let hideableTypes = Set(
        EventType.allCases.filter { $0.contents(in: SchemaCatalog()).hidden != nil }.map(\.rawValue)
    )
}

extension JSONParseError {
    /// The fault, for the person who imports the file.
    fileprivate var sentence: String {
        switch self {
        case .malformed(let offset): "it is not JSON (byte \(offset + 1))"
        case .invalidUTF8: "it is not text in UTF-8"
        case .duplicateKey(let name): "the name “\(name.prefix(64))” stands in it twice"
        case .tooDeep: "its arrays and objects nest too deeply"
        }
    }
}
