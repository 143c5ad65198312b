package import NIOCore

/// A command with its arguments, as bytes for the server.
package struct RESPCommand: Sendable {
    let bytes: ByteBuffer

    package init(_ words: String...) {
        self.init(words: words)
    }

    package init(words: [String], payload: ByteBuffer? = nil) {
        let size = words.reduce(32) { $0 + $1.utf8.count + 16 } + (payload?.readableBytes ?? 0)
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        buffer.writeString("*\(words.count + (payload == nil ? 0 : 1))\r\n")
        for word in words { buffer.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
        if let payload {
            buffer.writeString("$\(payload.readableBytes)\r\n")
            buffer.writeImmutableBuffer(payload)
            buffer.writeString("\r\n")
        }
        bytes = buffer
    }
}
