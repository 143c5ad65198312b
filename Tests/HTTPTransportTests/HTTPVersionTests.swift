import Testing

@testable import HTTPTransport

@Suite struct HTTPVersionTests {
    @Test func aPartOfThePrefaceIsUndecided() {
        for length in 0..<HTTPVersion.preface.count {
            #expect(HTTPVersion(firstBytes: HTTPVersion.preface.prefix(length)) == nil)
        }
    }

    @Test func thePrefaceIsHTTP2WhateverFollows() {
        #expect(HTTPVersion(firstBytes: HTTPVersion.preface) == .http2)
        #expect(HTTPVersion(firstBytes: HTTPVersion.preface + [0, 0, 0, 4]) == .http2)
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "PO", "PRI * HTTP/1.1", "PRI * HTTP/2.0\r\n\r\nSX", "\r\n", "pri"])
    func anyOtherBeginningIsHTTP1(text: String) {
        #expect(HTTPVersion(firstBytes: Array(text.utf8)) == .http1)
    }
}
