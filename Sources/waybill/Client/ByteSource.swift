import Glibc
import NIOCore

/// The origin of a file of lines, read in pieces.
enum ByteSource: Sendable {
    /// A regular file, which can be read more than once.
    case file(String)
    /// A pipe, a terminal or a device, which can be read once.
    case descriptor(ReadDescriptor)
    case bytes([UInt8])

    /// - Parameter argument: a path, or `-` for standard input.
    /// - Throws: `CommandFailure` where the file cannot be opened.
    init(argument: String) throws {
        if argument == "-" {
            self = .descriptor(ReadDescriptor(0, name: "standard input"))
            return
        }
        let descriptor = try ReadDescriptor(path: argument)
        self = descriptor.isRegularFile ? .file(argument) : .descriptor(descriptor)
    }

    private static let piece = 64 * 1024

    /// The source's name in messages.
    var name: String {
        switch self {
        case .file(let path): path
        case .descriptor(let descriptor): descriptor.name
        case .bytes: "the seeds"
        }
    }

    /// The bytes from the beginning; of a descriptor, what is left of it.
    ///
    /// - Throws: `CommandFailure`, at once or while reading.
    func chunks() throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let descriptor: ReadDescriptor
        switch self {
        case .descriptor(let given): descriptor = given
        case .file(let path): descriptor = try ReadDescriptor(path: path)
        case .bytes(let bytes):
            return AsyncThrowingStream { continuation in
                continuation.yield(ByteBuffer(bytes: bytes))
                continuation.finish()
            }
        }
        return AsyncThrowingStream {
            let bytes = try descriptor.read(upTo: Self.piece)
            return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        }
    }

    /// The largest size of a line, in bytes: several times that of a command and of the events which it causes.
    private static let lineLimit = 4 << 20

    /// Calls `body` with every line, without its line feed.
    ///
    /// - Returns: whether a line feed ends the last line.
    /// - Throws: `LineTooLong`, or what `body` throws.
    @discardableResult
    func forEachLine(_ body: ([UInt8]) async throws -> Void) async throws -> Bool {
        var rest = ByteBuffer()
        var number = 1
        for try await var chunk in try chunks() {
            // The bytes that came before have no line feed.
            var searched = rest.readableBytes
            rest.writeBuffer(&chunk)
            while let length = Self.lineLength(of: rest, from: searched) {
                let line = rest.readBytes(length: length) ?? []
                rest.moveReaderIndex(forwardBy: 1)
                try await body(line)
                number += 1
                searched = 0
            }
            guard rest.readableBytes <= Self.lineLimit else { throw LineTooLong(number: number) }
            rest.discardReadBytes()
        }
        guard rest.readableBytes > 0 else { return true }
        try await body(Array(rest.readableBytesView))
        return false
    }
}

extension ByteSource {
    /// The number of bytes before the first line feed; nil when there is none.
    ///
    /// - Parameter start: the number of bytes that are known to hold none.
    private static func lineLength(of bytes: ByteBuffer, from start: Int) -> Int? {
        bytes.withUnsafeReadableBytes { readable in
            let rest = readable[start...]
            guard let base = rest.isEmpty ? nil : readable.baseAddress,
                let found = memchr(base + start, Int32(UInt8(ascii: "\n")), rest.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// The error of a line that is longer than any command or event.
    struct LineTooLong: Error, CustomStringConvertible {
        let number: Int

        var description: String { "line \(number): it is longer than \(ByteSource.lineLimit >> 20) MiB" }
    }
}
