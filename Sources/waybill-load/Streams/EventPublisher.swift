/// Makes events at a server of streams, in an order that its subscribers will see.
protocol EventPublisher: AnyObject {
    var descriptor: Int32 { get }
    /// Whether more may be put in now.
    var hasRoom: Bool { get }
    /// Waits for the socket to take more.
    var isAwaitingRoom: Bool { get }

    /// Puts some events in.
    func publish(_ count: Int) throws
    /// Sends what the socket takes.
    func flush() throws
    /// Reads answers.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws
    /// Closes the connection.
    func end()
}
