/// The receiver of a stream's preamble, which then hands the stream to a lane.
package protocol StreamSink {
    /// Sends bytes of the preamble. Returns when more may be sent.
    ///
    /// - Throws: `SinkClosed` when the client has left.
    mutating func send(_ bytes: [UInt8]) async throws
    /// Hands the stream to a lane, which sends everything that follows the preamble.
    ///
    /// - Returns: false when no lane takes the stream. After true nothing more may be sent here.
    /// - Throws: `SinkClosed` when the client has left.
    mutating func handOff(at point: HandoffPoint) async throws -> Bool
}
