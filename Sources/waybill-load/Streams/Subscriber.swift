/// An open stream: its phase, and a count of its events.
struct Subscriber {
    enum Phase: UInt8 {
        /// The request is not completely sent.
        case sending
        /// The request is sent, and the stream has not begun.
        case opening
        case live
        case ended
    }

    let descriptor: Int32
    private(set) var phase = Phase.sending
    private var sent = 0
    private var parser = ResponseParser()
    private var counter = FrameCounter()
    /// The number of events that belong to the stream's beginning.
    private let baseline: Int
    private let needsId: Bool

    init(_ descriptor: Int32, _ beginning: StreamTarget.Beginning) {
        self.descriptor = descriptor
        switch beginning {
        case .head: (baseline, needsId) = (0, false)
        case .firstId(let events): (baseline, needsId) = (events, true)
        }
    }

    /// The number of events since the stream has begun.
    var events: Int { max(0, counter.events - baseline) }

    /// Sends the rest of the request. The phase is `opening` once all is sent.
    mutating func send(_ request: [UInt8]) throws {
        sent += try request.withUnsafeBytes {
            try Sockets.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
        }
        if sent == request.count { phase = .opening }
    }

    /// Reads bytes that have arrived.
    ///
    /// - Throws: `LoadFailure` for a status other than 200.
    mutating func receive(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        if !parser.isHeadComplete {
            let count = parser.consume(bytes, headOnly: true)
            rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
            guard parser.isHeadComplete else { return }
            guard parser.status == 200 else {
                throw LoadFailure("a stream was answered \(parser.status): \(String(decoding: rest, as: UTF8.self))")
            }
        }
        counter.consume(rest)
        if phase == .opening, !needsId || counter.ids > 0 { phase = .live }
    }

    /// Records that the server has ended the stream.
    mutating func end() { phase = .ended }
}
