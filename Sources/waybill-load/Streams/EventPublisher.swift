/// A publisher of events to a server of streams. Subscribers receive the events in the order of publishing.
protocol EventPublisher: AnyObject {
    var descriptor: Int32 { get }
    /// True where more events may be published now.
    var hasRoom: Bool { get }
    /// True while bytes wait for room in the socket.
    var isAwaitingRoom: Bool { get }

    /// Publishes events, `count` in number.
    func publish(_ count: Int) throws
    /// Sends as much as the socket accepts.
    func flush() throws
    /// Reads responses.
    ///
    /// - Throws: `LoadFailure` where an event is refused, or the connection ends.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws
    /// Closes the connection.
    func end()
}
