import NIOCore
import Testing

@testable import OrderAPI

@Suite struct LineSplitterTests {
    private func pieces(_ text: String, limit: Int = 10, chunk size: Int) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var pieces: [LineSplitter.Piece] = []
        var bytes = ByteBuffer(string: text)
        while bytes.readableBytes > 0 {
            var chunk = bytes.readSlice(length: min(size, bytes.readableBytes)) ?? ByteBuffer()
            while let piece = splitter.next(&chunk) { pieces.append(piece) }
            #expect(chunk.readableBytes == 0)
        }
        if let last = splitter.finish() { pieces.append(last) }
        return pieces.map { piece in
            switch piece {
            case .line(let number, let bytes): "\(number):\(String(buffer: bytes))"
            case .tooLong(let number): "\(number)!"
            case .noRoom(let number): "\(number)?"
            }
        }
    }

    @Test func aLineWithoutRoomIsSkippedToItsEnd() {
        var splitter = LineSplitter(limit: 10)
        var chunk = ByteBuffer(string: "a\n0123")
        #expect(splitter.next(&chunk) == .line(1, ByteBuffer(string: "a")))
        #expect(splitter.next(&chunk) == nil && splitter.pendingByteCount == 4)
        #expect(splitter.skipLine() == .noRoom(2) && splitter.pendingByteCount == 0)
        chunk = ByteBuffer(string: "4567\nb\n")
        #expect(splitter.next(&chunk) == .line(3, ByteBuffer(string: "b")))
        #expect(splitter.finish() == nil)
    }

    @Test(arguments: 1...30) func linesDoNotDependOnTheChunks(size: Int) {
        #expect(pieces("a\nbc\r\n\n \t\nlast", chunk: size) == ["1:a", "2:bc\r", "5:last"])
        #expect(pieces("a\n\n", chunk: size) == ["1:a"])
        #expect(pieces("\n\n\n", chunk: size).isEmpty)
        #expect(pieces("", chunk: size).isEmpty)
    }

    @Test(arguments: 1...30) func aTooLongLineIsReportedOnceAndSkipped(size: Int) {
        #expect(pieces("0123456789\n0123456789A\nb", chunk: size) == ["1:0123456789", "2!", "3:b"])
        #expect(pieces("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\nb\n", chunk: size) == ["1!", "3:b"])
        #expect(pieces("a\n0123456789ABCDEF", chunk: size) == ["1:a", "2!"])
    }

    @Test func aRunOfBlankLinesIsOnePass() {
        let text = Array(String(repeating: "\n", count: 100_000).utf8) + Array(" \t\r\n  x\n\n".utf8)
        let blank = text.withUnsafeBytes { BlankLines(leading: $0, limit: 10) }
        #expect(blank.byteCount == 100_004 && blank.lineCount == 100_001)
        var splitter = LineSplitter(limit: 10)
        var chunk = ByteBuffer(bytes: text)
        #expect(splitter.next(&chunk) == .line(100_002, ByteBuffer(string: "  x")))
        #expect(splitter.next(&chunk) == nil && chunk.readableBytes == 0 && splitter.finish() == nil)
    }

    @Test(arguments: 1...30) func aLongBlankLineIsTooLong(size: Int) {
        let spaces = String(repeating: " ", count: 11)
        #expect(pieces("\n\(spaces)\nb", chunk: size) == ["2!", "3:b"])
        #expect(pieces("\n\(spaces.dropLast())\nb", chunk: size) == ["3:b"])
    }
}
