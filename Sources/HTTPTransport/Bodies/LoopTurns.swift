import NIOCore

/// The turns of an event loop that one body's decompression may take: after so many bytes in a row the loop serves its
/// other connections. A body that was compressed a thousandfold is otherwise inflated without an end.
struct LoopTurns {
    /// The most decompressed bytes of one turn.
    static let byteLimit = 256 * 1024
    /// The time until the next turn. A task that merely yields runs again before the loop reads any socket.
    private static let pause: TimeAmount = .milliseconds(1)

    private var byteCount = 0

    /// Counts decompressed bytes.
    ///
    /// - Returns: true where the turn is over. The next one then begins.
    mutating func isOver(after count: Int) -> Bool {
        byteCount += count
        guard byteCount >= Self.byteLimit else { return false }
        byteCount = 0
        return true
    }

    /// Waits until the loop has served its other connections.
    static func next(on loop: any EventLoop) async throws {
        try await loop.scheduleTask(in: pause) {}.futureResult.get()
    }
}
