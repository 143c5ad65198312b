import FoundationEssentials

extension StreamEvent {
    /// The content of a frame.
    public struct Frame: Sendable, Hashable {
        /// The JSON text, exactly as the service sent it.
        public let data: String
        /// The position from which a client that stops here can resume later; nil before the stream has named one.
        /// Opaque.
        public let position: String?

        /// Decodes the frame's data.
        ///
        /// - Parameter type: the type to decode; may be left out where the context tells it.
        /// - Throws: ``WaybillClientError`` with the code ``WaybillClientError/Code/unreadableFrame`` where the data is
        ///   not of that type.
        public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            do {
                return try JSONDecoder().decode(type, from: Data(data.utf8))
            } catch {
                throw WaybillClientError(.unreadableFrame, "a frame's data cannot be read as \(type): \(error)")
            }
        }

        /// Decodes the event of a `status` or `update` frame.
        ///
        /// - Throws: ``WaybillClientError`` with the code ``WaybillClientError/Code/unreadableFrame`` for a frame of
        ///   another kind.
        public func change() throws -> OrderChange { try decode() }
    }
}
