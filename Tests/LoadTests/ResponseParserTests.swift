import Testing

@testable import waybill_load

@Suite struct ResponseParserTests {
    private static let fixed = Array(
        "HTTP/1.1 201 Created\r\nETag: \"1\"\r\nContent-length: 11\r\nTrailer-ish: x\r\n\r\n{\"a\":\"b\\n\"}".utf8
    )
    private static let chunked = Array(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0a;x=y\r\n0123456789\r\n0\r\n\r\n".utf8
    )
    private static let empty = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)

    /// Parses the pieces. Returns the parser, the body that it found and the number of bytes that it parsed.
    private func parse(_ pieces: [ArraySlice<UInt8>]) -> (ResponseParser, body: String, taken: Int) {
        var parser = ResponseParser()
        var body: [UInt8] = []
        var taken = 0
        for piece in pieces {
            Array(piece).withUnsafeBytes { bytes in taken += parser.consume(bytes) { body.append(contentsOf: $0) } }
        }
        return (parser, String(decoding: body, as: UTF8.self), taken)
    }

    @Test(arguments: [(fixed, 201, "{\"a\":\"b\\n\"}"), (chunked, 200, "abcd0123456789"), (empty, 204, "")])
    func parserReadsTheSameInPiecesOfAnySize(_ response: [UInt8], _ status: Int, _ body: String) {
        for cut in 0...response.count {
            let (parser, read, taken) = parse([response[..<cut], response[cut...]])
            #expect(parser.isComplete && parser.status == status && read == body && taken == response.count)
        }
        let (parser, read, _) = parse(response.indices.map { response[$0...$0] })
        #expect(parser.isComplete && parser.status == status && read == body)
    }

    @Test func responseIsNotCompleteBeforeItsLastByte() {
        for response in [Self.fixed, Self.chunked, Self.empty] {
            for end in 0..<response.count { #expect(!parse([response[..<end]]).0.isComplete) }
        }
    }

    @Test func parserLeavesTheNextResponseUnread() {
        let (parser, _, taken) = parse([(Self.fixed + Self.empty)[...]])
        #expect(parser.isComplete && parser.status == 201 && taken == Self.fixed.count)
    }

    @Test func parserStopsAtTheEndOfTheHead() {
        var parser = ResponseParser()
        let taken = Self.chunked.withUnsafeBytes { parser.consume($0, headOnly: true) }
        #expect(parser.isHeadComplete && !parser.isComplete)
        #expect(String(decoding: Self.chunked[taken...], as: UTF8.self).hasPrefix("4\r\nabcd"))
    }
}
