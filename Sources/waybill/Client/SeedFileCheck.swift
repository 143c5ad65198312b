import NIOCore
import StrictJSON

/// A look at the beginning of a file of commands, before any of it is sent.
///
/// One bad line among good ones is the service's to refuse; a file that does not even begin with a command is another
/// kind of file.
struct SeedFileCheck {
    let source: ByteSource

    /// Bytes within which the first line must begin: more blank lines than that are no file of commands.
    private static let beginning = 1024 * 1024

    /// Leaves the source as it was.
    ///
    /// - Throws: `CommandFailure` for a file that cannot be read, is empty, or does not begin with a command.
    func run() async throws {
        var bytes: [UInt8] = []
        for try await chunk in try source.chunks() {
            bytes += chunk.readableBytesView
            if Self.firstLine(bytes) != nil || bytes.count >= Self.beginning { break }
        }
        guard let line = Self.firstLine(bytes) ?? Self.lastLine(bytes) else {
            throw CommandFailure("\(source.name) holds no commands: it is empty")
        }
        if let fault = Self.fault(of: line.bytes) {
            throw CommandFailure(
                "\(source.name) is not a file of commands: line \(line.number) \(fault); "
                    + "each line must be a JSON object with \"command\" and its fields"
            )
        }
        if case .descriptor(let descriptor) = source { descriptor.putBack(bytes) }
    }

    /// The first line that is not blank, once its end is read.
    private static func firstLine(_ bytes: [UInt8]) -> (number: Int, bytes: ArraySlice<UInt8>)? {
        var (number, start) = (1, bytes.startIndex)
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if !isBlank(bytes[start..<end]) { return (number, bytes[start..<end]) }
            (number, start) = (number + 1, end + 1)
        }
        return nil
    }

    /// The line at the end of a file without a line feed.
    private static func lastLine(_ bytes: [UInt8]) -> (number: Int, bytes: ArraySlice<UInt8>)? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let last = lines.last, !isBlank(last) else { return nil }
        return (lines.count, last)
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
        line.allSatisfy { [0x20, 0x09, 0x0d, 0xef, 0xbb, 0xbf].contains($0) }
    }

    private static func fault(of line: ArraySlice<UInt8>) -> String? {
        if line.contains(0) || String(validating: line, as: UTF8.self) == nil { return "is not text in UTF-8" }
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let text = line.starts(with: mark) ? line.dropFirst(mark.count) : line
        do {
            guard let object = try JSONValue.parse(Array(text)).object else { return "is not a JSON object" }
            return object["command"] == nil ? "has no \"command\"" : nil
        } catch JSONParseError.malformed(let offset) {
            return "is not JSON (byte \(offset + 1))"
        } catch {
            return "is not JSON as the service takes it"
        }
    }
}
