import Foundation
import NIOCore

/// Where a file of lines comes from, read in pieces.
enum ByteSource: Sendable {
    case file(String)
    case standardInput
    case bytes([UInt8])

    /// `-` is standard input.
    init(argument: String) {
        self = argument == "-" ? .standardInput : .file(argument)
    }

    private static let piece = 64 * 1024

    /// The bytes from the beginning; of standard input, what is left of it.
    func chunks() throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let handle: FileHandle
        switch self {
        case .standardInput: handle = .standardInput
        case .file(let path):
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw CommandFailure("\(path) cannot be read")
            }
            handle = file
        case .bytes(let bytes):
            return AsyncThrowingStream { continuation in
                continuation.yield(ByteBuffer(bytes: bytes))
                continuation.finish()
            }
        }
        return AsyncThrowingStream {
            guard let data = try handle.read(upToCount: Self.piece), !data.isEmpty else { return nil }
            return ByteBuffer(bytes: data)
        }
    }

    /// Calls `body` with every line, without its line feed.
    ///
    /// - Returns: whether a line feed ends the last line.
    @discardableResult
    func forEachLine(_ body: ([UInt8]) async throws -> Void) async throws -> Bool {
        var rest = ByteBuffer()
        for try await var chunk in try chunks() {
            rest.writeBuffer(&chunk)
            while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = rest.readBytes(length: end - rest.readerIndex) ?? []
                rest.moveReaderIndex(forwardBy: 1)
                try await body(line)
            }
            rest.discardReadBytes()
        }
        guard rest.readableBytes > 0 else { return true }
        try await body(Array(rest.readableBytesView))
        return false
    }
}
