/// The response of a stream on a connection that an event loop owns. All calls are made on that loop.
package protocol ChannelWriter: AnyObject, Sendable {
    /// Buffers bytes of the body without sending them.
    ///
    /// - Parameter isLast: true when the body ends with these bytes.
    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool)
    /// Sends the buffered bytes.
    ///
    /// - Returns: true when more may be written at once. After false, `ChannelSubscriber.becameWritable()` is called
    ///   when more may be written.
    func flush() -> Bool
    /// Closes the channel without `bye`.
    func close()
}
