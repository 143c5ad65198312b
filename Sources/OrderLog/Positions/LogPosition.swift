/// A place in the log: the event `seq`, written in `epoch`. Its text is `<epoch>-<seq>`, as in a stream's `id:` fields.
package struct LogPosition: Sendable, Hashable {
    /// Eight characters of `[a-z2-7]`, naming one unbroken history of the log.
    package let epoch: String
    /// The event's number, from 1 without gaps; 0 is the place before the first event.
    package let seq: Int64

    package init(epoch: String, seq: Int64) {
        self.epoch = epoch
        self.seq = seq
    }

    /// Reads the text form: eight characters of `[a-z2-7]`, a dash, and a number without leading zeros. Nil for other
    /// texts.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 9 + 19, bytes[8] == UInt8(ascii: "-") else { return nil }
        guard bytes[..<8].allSatisfy(Self.isEpochCharacter) else { return nil }
        let digits = bytes[9...]
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        guard let seq = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.init(epoch: String(decoding: bytes[..<8], as: UTF8.self), seq: seq)
    }

    private static func isEpochCharacter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains(byte)
    }
}

extension LogPosition: CustomStringConvertible {
    package var description: String { "\(epoch)-\(seq)" }
}
