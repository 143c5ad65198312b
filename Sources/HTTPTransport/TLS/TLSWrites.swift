import NIOCore

/// The writes of a channel that are not encrypted yet.
struct TLSWrites {
    /// The encrypted bytes that are handed on as one: their departure is progress of the writes in them.
    private static let sliceSize = 32 * 1024

    private var writes: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []

    var isEmpty: Bool { writes.isEmpty }

    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) { writes.append((bytes, promise)) }

    /// Removes all writes. Their promises may cause others, so they are kept elsewhere before one is fulfilled.
    mutating func take() -> TLSWrites {
        defer { self = TLSWrites() }
        return self
    }

    /// Lets all writes fail.
    func fail(_ error: any Error) {
        for write in writes { write.promise?.fail(error) }
    }

    /// Encrypts all writes. Small ones share a record.
    ///
    /// - Parameter hand: takes encrypted bytes with the promises of the writes that end in them.
    /// - Returns: the error by which the writes fail that were not handed on; nil for none.
    func encrypt(
        by session: TLSSession,
        _ hand: (ByteBuffer, [EventLoopPromise<Void>]) -> Void
    ) -> TLSError? {
        var (record, promises) = (ByteBuffer(), [EventLoopPromise<Void>]())
        var outcome = TLSSession.Outcome.done
        for (index, write) in writes.enumerated() {
            if record.readableBytes > 0, record.readableBytes + write.bytes.readableBytes > TLSSession.recordBytes {
                if outcome == .done { outcome = session.write(record) }
                record.clear()
            }
            let isAlone = record.readableBytes == 0 && index == writes.count - 1
            if !isAlone, write.bytes.readableBytes < TLSSession.recordBytes {
                record.writeImmutableBuffer(write.bytes)
            } else if outcome == .done {
                outcome = session.write(write.bytes)
            }
            if let promise = write.promise { promises.append(promise) }
            // The writes of a record that is not full are handed on with the next ones.
            guard outcome == .done, session.outboundCount >= Self.sliceSize, record.readableBytes == 0 else { continue }
            hand(session.takeOutbound() ?? ByteBuffer(), promises)
            promises = []
        }
        if outcome == .done, record.readableBytes > 0 { outcome = session.write(record) }
        if case .failed(let error) = outcome {
            for promise in promises { promise.fail(error) }
            return error
        }
        let rest = session.takeOutbound()
        if rest != nil || !promises.isEmpty { hand(rest ?? ByteBuffer(), promises) }
        return nil
    }
}
