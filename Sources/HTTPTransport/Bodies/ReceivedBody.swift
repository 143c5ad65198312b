package import HTTPTypes
package import HummingbirdCore
package import NIOCore

/// The body of a request as the application reads it: decompressed, and asked of the client with the first read. A
/// request that is refused before that costs no more than its head.
package struct ReceivedBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    private let base: RequestBody
    private let channel: any Channel
    private let fields: HTTPFields

    /// - Parameters:
    ///   - base: the body as it arrives.
    ///   - fields: the header fields of the request.
    package init(_ base: RequestBody, fields: HTTPFields, on channel: any Channel) {
        self.base = base
        self.fields = fields
        self.channel = channel
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator(), fields: fields, channel: channel)
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var base: RequestBody.AsyncIterator
        private let fields: HTTPFields
        private let channel: any Channel
        private var hasBegun = false
        private var inflater: Inflater?
        private var turns = LoopTurns()
        private var hasEnded = false

        fileprivate init(base: RequestBody.AsyncIterator, fields: HTTPFields, channel: any Channel) {
            self.base = base
            self.fields = fields
            self.channel = channel
        }

        /// - Throws: `RequestBodyError`; `CancellationError` where the service ends.
        package mutating func next() async throws -> ByteBuffer? {
            if !hasBegun { try begin() }
            guard let inflater else { return try await nextPiece() }
            while true {
                if let piece = try inflater.next() {
                    if turns.isOver(after: piece.readableBytes) { try await beginTurn() }
                    return piece
                }
                guard !hasEnded else { return nil }
                if let compressed = try await nextPiece() {
                    inflater.add(compressed)
                } else {
                    hasEnded = true
                    try inflater.finish()
                }
            }
        }

        /// Lets the event loop serve others. What is left of the body of a client that has gone is not inflated.
        private func beginTurn() async throws {
            try await LoopTurns.next(on: channel.eventLoop)
            try Task.checkCancellation()
            guard channel.isActive else { throw RequestBodyError.broken }
        }

        private mutating func begin() throws {
            hasBegun = true
            inflater = try ContentCoding.of(fields).map { coding throws(RequestBodyError) in try Inflater(coding) }
            channel.triggerUserOutboundEvent(RequestBodyWanted(), promise: nil)
        }

        private mutating func nextPiece() async throws -> ByteBuffer? {
            do {
                return try await base.next()
            } catch let error as RequestBodyError {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // The connection or the stream has ended.
                throw RequestBodyError.broken
            }
        }
    }
}
