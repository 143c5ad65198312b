import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct InflaterTests {
    /// “hello hello hello hello\n” by gzip.
    private let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40,
        0x27, 0xB8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ]
    /// Nothing, by zlib.
    private let emptyZlib: [UInt8] = [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]
    /// “ab” stored by zlib.
    private let zlib: [UInt8] = [
        0x78, 0x01, 0x01, 0x02, 0x00, 0xFD, 0xFF, 0x61, 0x62, 0x01, 0x26, 0x00, 0xC4,
    ]

    private func inflate(_ coding: ContentCoding, _ pieces: [[UInt8]]) throws -> String {
        let inflater = try Inflater(coding)
        var output = ByteBuffer()
        for piece in pieces {
            inflater.add(ByteBuffer(bytes: piece))
            while var part = try inflater.next() { output.writeBuffer(&part) }
        }
        try inflater.finish()
        return String(buffer: output)
    }

    @Test func zlibDataIsInflatedInAnyPieces() throws {
        #expect(try inflate(.deflate, [zlib]) == "ab")
        #expect(try inflate(.deflate, zlib.map { [$0] }) == "ab")
        #expect(try inflate(.deflate, [emptyZlib]).isEmpty)
        #expect(try inflate(.deflate, []).isEmpty)
    }

    @Test(arguments: 1..<13)
    func dataThatIsCutOffIsRefused(length: Int) {
        #expect(throws: RequestBodyError.malformedCoding) { try inflate(.deflate, [Array(zlib.prefix(length))]) }
    }

    @Test func dataAfterTheEndIsRefused() {
        #expect(throws: RequestBodyError.malformedCoding) { try inflate(.deflate, [zlib + [0]]) }
        #expect(throws: RequestBodyError.malformedCoding) { try inflate(.deflate, [zlib, zlib]) }
    }

    @Test func aWrongChecksumIsRefused() {
        #expect(throws: RequestBodyError.malformedCoding) { try inflate(.gzip, [gzip]) }
        #expect(throws: RequestBodyError.malformedCoding) { try inflate(.deflate, [zlib.dropLast() + [0]]) }
    }

    @Test func bytesThatAreNotCompressedAreRefused() {
        for coding in [ContentCoding.gzip, .deflate] {
            #expect(throws: RequestBodyError.malformedCoding) { try inflate(coding, [Array("{}  ".utf8)]) }
        }
    }

    @Test(arguments: [
        ("gzip", ContentCoding.gzip), ("X-GZIP", .gzip), ("deflate", .deflate), (" deflate , identity", .deflate),
    ])
    func knownCodingsAreRead(name: String, coding: ContentCoding) throws {
        #expect(try ContentCoding.of([.contentEncoding: name]) == coding)
    }

    @Test(arguments: ["br", "zstd", "gzip, gzip", "gzip, br", "compress", "gzip;q=1", "\"gzip\""])
    func otherCodingsAreNotSupported(name: String) {
        #expect(throws: RequestBodyError.unsupportedCoding) { try ContentCoding.of([.contentEncoding: name]) }
    }

    @Test func aBodyWithoutCodingIsReadAsItIs() throws {
        #expect(try ContentCoding.of([:]) == nil)
        #expect(try ContentCoding.of([.contentEncoding: "identity"]) == nil)
    }

    @Test func aTurnOfTheLoopIsOverAfterItsBytes() {
        var turns = LoopTurns()
        let pieces = 4 * LoopTurns.byteLimit / Inflater.pieceSize
        let over = (1...pieces).filter { _ in turns.isOver(after: Inflater.pieceSize) }
        #expect(over.count == 4 && over.last == pieces)
    }
}
