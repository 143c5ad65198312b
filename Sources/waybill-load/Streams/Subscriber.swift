/// One open stream: where it stands, and what has come.
struct Subscriber {
    enum Phase: UInt8 {
        /// The request is not yet sent.
        case sending
        /// The stream has not yet begun.
        case opening
        case live
        case ended
    }

    let descriptor: Int32
    private(set) var phase = Phase.sending
    private var sent = 0
    private var parser = ResponseParser()
    private var counter = FrameCounter()
    /// Events that belong to the beginning.
    private let baseline: Int
    private let needsId: Bool

    init(_ descriptor: Int32, _ beginning: StreamTarget.Beginning) {
        self.descriptor = descriptor
        switch beginning {
        case .head: (baseline, needsId) = (0, false)
        case .firstId(let events): (baseline, needsId) = (events, true)
        }
    }

    /// Events since the beginning.
    var events: Int { max(0, counter.events - baseline) }

    /// Sends what is left of the request; `phase` tells whether that was all.
    mutating func send(_ request: [UInt8]) throws {
        sent += try request.withUnsafeBytes {
            try Sockets.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
        }
        if sent == request.count { phase = .opening }
    }

    /// Takes bytes that have arrived.
    ///
    /// - Throws: for an answer other than 200.
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

    mutating func end() { phase = .ended }
}
