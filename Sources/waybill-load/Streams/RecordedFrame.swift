/// A frame of an event as the service sent it, for peers to publish.
struct RecordedFrame: Sendable, Equatable {
    /// The frame's kind: `status` or `update`.
    var event: String
    /// The JSON text after `data: `.
    var data: String
    /// The bytes of the whole frame, with its blank line.
    var bytes: [UInt8]

    /// Reads the frames of events from a stream's text without chunks. An unfinished frame at the end is left out.
    static func all(in text: [UInt8]) -> [RecordedFrame] {
        var frames: [RecordedFrame] = []
        var start = 0
        for index in text.indices.dropLast() where text[index] == 0x0A && text[index + 1] == 0x0A {
            guard index >= start else { continue }
            let lines = text[start..<index].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            if let event = value("event: ", in: lines), let data = value("data: ", in: lines), event != "snapshot" {
                frames.append(RecordedFrame(event: event, data: data, bytes: Array(text[start..<index + 2])))
            }
            start = index + 2
        }
        return frames
    }

    private static func value(_ field: String, in lines: [String]) -> String? {
        lines.first { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) }
    }
}
