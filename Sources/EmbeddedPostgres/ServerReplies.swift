/// The server's side of a session with trusted log-in and simple queries, read from bytes as they arrive
/// (PostgreSQL's frontend/backend protocol 3.0, "Message Formats").
struct ServerReplies {
    struct Failure: Error, Hashable {
        let sqlState: String
        let message: String
    }

    private var pending: [UInt8] = []
    /// How often the server said that it is ready for a query.
    private(set) var readyCount = 0
    private(set) var rows: [[String?]] = []
    private(set) var failure: Failure?

    mutating func receive(_ bytes: some Sequence<UInt8>) throws(Failure) {
        pending.append(contentsOf: bytes)
        while pending.count >= 5 {
            let length = Self.integer(pending[1..<5])
            guard length >= 4, length < 1 << 24 else {
                throw Failure(sqlState: "08P01", message: "the server does not speak PostgreSQL's protocol")
            }
            guard pending.count >= 1 + length else { return }
            try take(type: pending[0], body: pending[5..<(1 + length)])
            pending.removeFirst(1 + length)
        }
    }

    private mutating func take(type: UInt8, body: ArraySlice<UInt8>) throws(Failure) {
        switch type {
        case UInt8(ascii: "R"):
            guard body.count >= 4, Self.integer(body.prefix(4)) == 0 else {
                throw Failure(sqlState: "28000", message: "the server asks for a password")
            }
        case UInt8(ascii: "D"): rows.append(Self.row(body))
        case UInt8(ascii: "E"): failure = failure ?? Self.failure(body)
        case UInt8(ascii: "Z"): readyCount += 1
        default: break
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(Int32(truncatingIfNeeded: bytes.reduce(0) { $0 << 8 | Int($1) }))
    }

    private static func row(_ body: ArraySlice<UInt8>) -> [String?] {
        var rest = body.dropFirst(2)
        var values: [String?] = []
        while rest.count >= 4 {
            let length = integer(rest.prefix(4))
            rest = rest.dropFirst(4)
            values.append(length < 0 ? nil : String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(max(0, length))
        }
        return values
    }

    private static func failure(_ body: ArraySlice<UInt8>) -> Failure {
        var code = ""
        var message = ""
        for field in body.split(separator: 0) {
            let text = String(decoding: field.dropFirst(), as: UTF8.self)
            if field.first == UInt8(ascii: "C") { code = text }
            if field.first == UInt8(ascii: "M") { message = text }
        }
        return Failure(sqlState: code, message: message)
    }
}
