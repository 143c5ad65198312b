extension EventStreamParser {
    /// An error for an event, or one of its lines, that is larger than the parser accepts.
    ///
    /// The parser cannot be used after it has thrown this.
    public struct EventTooLarge: Error, Hashable, CustomStringConvertible {
        /// The size limit of an event in bytes.
        public let limit: Int

        /// The error as a sentence, with the limit.
        public var description: String { "an event of the stream is larger than \(limit) bytes" }
    }
}
