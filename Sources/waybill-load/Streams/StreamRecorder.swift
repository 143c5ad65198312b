/// A recorder of the beginning of a stream, up to a limit, without the framing of chunks.
final class StreamRecorder {
    private var parser = ResponseParser()
    private let limit: Int
    private(set) var text: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    func consume(_ bytes: UnsafeRawBufferPointer) {
        guard text.count < limit else { return }
        var kept = text
        text = []
        _ = parser.consume(bytes) { kept.append(contentsOf: $0) }
        text = kept
    }
}
