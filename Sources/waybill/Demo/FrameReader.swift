import AsyncHTTPClient
import NIOCore

/// Reads the frames of our own streams, whose lines end with LF alone.
struct FrameReader {
    struct Frame: Equatable {
        var id = ""
        var event: String?
        var data = ""
    }

    private var body: HTTPClientResponse.Body.AsyncIterator
    private var buffer: [UInt8] = []

    init(_ body: HTTPClientResponse.Body) {
        self.body = body.makeAsyncIterator()
    }

    /// The next frame that is wanted.
    mutating func next(where isWanted: (Frame) -> Bool) async throws -> Frame {
        while true {
            while let end = separator() {
                let frame = Self.parse(buffer[..<end])
                buffer.removeFirst(end + 2)
                if isWanted(frame) { return frame }
            }
            guard let more = try await body.next() else { throw CommandFailure("the stream ended") }
            buffer.append(contentsOf: more.readableBytesView)
        }
    }

    private func separator() -> Int? {
        buffer.indices.dropLast().first { buffer[$0] == 0x0A && buffer[$0 + 1] == 0x0A }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> Frame {
        var frame = Frame()
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ": ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "id": frame.id = String(parts[1])
            case "event": frame.event = String(parts[1])
            case "data": frame.data = String(parts[1])
            default: break
            }
        }
        return frame
    }
}
