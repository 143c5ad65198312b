import Testing

@testable import HTTPTransport

@Suite struct HTTPDateTests {
    @Test func datesHaveTheFormatOfHTTP() {
        // The example in RFC 9110, section 5.6.7.
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(unixSeconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: 1_709_164_799) == "Wed, 28 Feb 2024 23:59:59 GMT")
    }
}
