import Crypto

/// The frame around an export's events, by which an import knows that it has all of them as they were written.
///
/// The first line is `{"exportBegin":{"format":2}}`; the last is `{"exportEnd":{"events":9,"sha256":"…"}}` with the
/// number of events and the SHA-256, in hexadecimal digits, of all bytes before that line. Files of format 1 had
/// neither line.
package struct ExportSeal {
    package static let begin = Array("{\"exportBegin\":{\"format\":2}}\n".utf8)
    private static let beginMark = Array("{\"exportBegin\":".utf8)
    private static let endMark = Array("{\"exportEnd\":".utf8)

    private var hash = SHA256()
    private var events: Int64 = 0

    /// A seal that has seen `begin`.
    package init() {
        hash.update(data: Self.begin)
    }

    /// Takes note of one event's line, which ends with its line feed.
    package mutating func add(_ line: some Sequence<UInt8>) {
        hash.update(data: Array(line))
        events += 1
    }

    /// The line that ends the export, with its line feed.
    package var end: [UInt8] {
        let digits = Self.hexadecimal(hash.finalize())
        return Array("{\"exportEnd\":{\"events\":\(events),\"sha256\":\"\(digits)\"}}\n".utf8)
    }

    static func isBegin(_ line: [UInt8]) -> Bool { line.starts(with: beginMark) }

    static func isEnd(_ line: [UInt8]) -> Bool { line.starts(with: endMark) }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
