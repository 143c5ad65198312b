import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import HTTPTransport

@Suite struct PlainRequestTests {
    private func parse(_ text: String) -> HTTPRequest? {
        var text = text
        return text.withUTF8 { PlainRequest.parse(UnsafeRawBufferPointer($0)) }
    }

    /// The request as the decoder of the event loops reads it.
    private func decode(_ text: String) throws -> HTTPRequest? {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(UpgradeHandler.decoder(NIOHTTPDecoderLimitConfiguration()))
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try channel.writeInbound(ByteBuffer(string: text))
        let part = try channel.readInbound(as: HTTPRequestPart.self)
        _ = try? channel.finish()
        if case .head(let request) = part { return request }
        return nil
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/stream?status=open&after=ab-1 HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nAccept: text/event-stream\r\n\r\n",
        "GET /v1/stream HTTP/1.1\r\nAuthorization: Bearer a.b-_c\r\nAuthorization: Bearer d\r\nHost: [::1]:80\r\n\r\n",
        "GET /a%20b HTTP/1.1\r\nHost:x\r\nConnection: Keep-Alive\r\nCookie: a=b; c=d\r\nX_y: a, b (c) \"d\"\r\n\r\n",
    ])
    func plainRequestsReadAsTheDecoderReadsThem(text: String) throws {
        let request = try #require(parse(text))
        #expect(try request == decode(text))
    }

    @Test(arguments: [
        "", "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\n\r\n", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /# HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "get / HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func otherRequestLinesAreLeftToTheDecoder(text: String) { #expect(parse(text) == nil) }

    @Test(arguments: [
        "Host: y", "Content-Length: 0", "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c",
        "Connection: upgrade", "Connection: close, x", "HTTP2-Settings: x", "Trailer: x", "X:", "X: ", "X:  a", "X: a ",
        "X : a", " X: a", "X: a\r\n b", "X: a\u{e9}", "X: a\tb", "X: a\u{0}", "X\u{0}: a", "(x): a", ": a", "x",
        "X: a\rb",
    ])
    func otherFieldsAreLeftToTheDecoder(field: String) {
        #expect(parse("GET / HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n") == nil)
        #expect(parse("GET / HTTP/1.1\r\nHost: x\r\nX-Y: a\r\n\r\n") != nil)
    }

    @Test(arguments: ["a b", "a/b", "a@b", "a?b", "a#b", "a\\b"])
    func otherHostsAreLeftToTheDecoder(host: String) {
        #expect(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == nil)
    }

    @Test func longHeadersAreLeftToTheDecoder() {
        let field = "X: " + String(repeating: "x", count: PlainRequest.maximumByteCount)
        #expect(parse("GET / HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n") == nil)
        let fields = String(repeating: "X: x\r\n", count: 101)
        #expect(parse("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n") == nil)
    }
}
