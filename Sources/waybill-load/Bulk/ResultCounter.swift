/// A counter of the result lines of a bulk response, by their `result`. The bytes may arrive in pieces of any size.
struct ResultCounter {
    private static let mark: StaticString = #""result":""#

    private var matched = 0
    private(set) var accepted = 0
    private(set) var duplicate = 0
    private(set) var rejected = 0
    /// The first line that was rejected, as text.
    private(set) var firstRejection: String?
    private var line: [UInt8] = []
    private var isRejected = false

    /// The number of complete result lines.
    private(set) var lines = 0

    mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == 0x0A {
                endLine()
            } else {
                if firstRejection == nil, line.count < 1000 { line.append(byte) }
                match(byte)
            }
        }
    }

    private mutating func match(_ byte: UInt8) {
        if matched == Self.mark.utf8CodeUnitCount {
            matched = 0
            switch byte {
            case UInt8(ascii: "a"): accepted += 1
            case UInt8(ascii: "d"): duplicate += 1
            default:
                rejected += 1
                isRejected = true
            }
        } else if byte == Self.mark.utf8Start[matched] {
            matched += 1
        } else {
            matched = byte == Self.mark.utf8Start[0] ? 1 : 0
        }
    }

    private mutating func endLine() {
        if isRejected, firstRejection == nil { firstRejection = String(decoding: line, as: UTF8.self) }
        line.removeAll(keepingCapacity: true)
        isRejected = false
        matched = 0
        lines += 1
    }
}
