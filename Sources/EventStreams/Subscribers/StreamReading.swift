/// Reads the log for the streams of one view.
package protocol StreamReading: Sendable {
    /// Reads a page of the view's events.
    ///
    /// - Parameters:
    ///   - seq: the event before the first one wanted.
    ///   - through: the last event wanted.
    func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage
    /// Reads the preamble with which a stream that is already open begins anew.
    func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble
}
