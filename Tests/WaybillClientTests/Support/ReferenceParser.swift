import WaybillClient

/// A second parser by the rules of the standard, which reads a whole stream at once and is slow and simple. The
/// incremental parser is compared with it.
enum ReferenceParser {
    static func parse(_ bytes: [UInt8]) -> ParsedStream {
        var parsed = ParsedStream(events: [], lastEventID: "", reconnectionTime: nil)
        var (data, type, id) = ("", "", "")
        for line in lines(String(decoding: bytes, as: UTF8.self)) {
            if line.isEmpty {
                parsed.lastEventID = id
                if !data.isEmpty {
                    let text = String(String.UnicodeScalarView(data.unicodeScalars.dropLast()))
                    let name = type.isEmpty ? "message" : type
                    parsed.events.append(ServerSentEvent(type: name, data: text, lastEventID: id))
                }
                (data, type) = ("", "")
                continue
            }
            let scalars = line.unicodeScalars
            let colon = scalars.firstIndex(of: ":")
            let name = String(scalars[..<(colon ?? scalars.endIndex)])
            var value = colon.map { scalars[scalars.index(after: $0)...] } ?? ""[...].unicodeScalars
            if value.first == " " { value = value.dropFirst() }
            let text = String(value)
            switch name {
            case "data": data += text + "\n"
            case "event": type = text
            case "id": if !value.contains("\0") { id = text }
            case "retry":
                let isNumber =
                    !value.isEmpty && value.allSatisfy { ("0"..."9" as ClosedRange<Unicode.Scalar>).contains($0) }
                if isNumber { parsed.reconnectionTime = Int(text) ?? .max }
            default: break
            }
        }
        return parsed
    }

    /// The lines that have ended. They are cut by scalars, since one `Character` may hold both CR and LF.
    private static func lines(_ text: String) -> [String] {
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        var lines = [""]
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "\r":
                if index + 1 < scalars.count, scalars[index + 1] == "\n" { index += 1 }
                lines.append("")
            case "\n": lines.append("")
            default: lines[lines.count - 1].unicodeScalars.append(scalars[index])
            }
            index += 1
        }
        return lines.dropLast()
    }
}
