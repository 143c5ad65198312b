import ArgumentParser
import HTTPTransport
import Testing

@testable import waybill

@Suite struct OriginListTests {
    private func parse(_ text: String) throws -> CrossOriginPolicy.Origins {
        try OriginList.parse(text, named: "--cors-origin")
    }

    @Test func originsAreWrittenAsBrowsersSendThem() throws {
        #expect(try parse("*") == .any)
        #expect(try parse("https://Shop.example/") == .these(["https://shop.example"]))
        #expect(
            try parse("https://a.example:443, http://b.example:80,http://localhost:3000,http://[::1]:8080")
                == .these(["https://a.example", "http://b.example", "http://localhost:3000", "http://[::1]:8080"])
        )
    }

    @Test(
        arguments: [
            "", ",", "shop.example", "https://", "https://a.example/path", "https://*.example", "ftp://a.example",
            "https://a.example,*", "null", "https://user@a.example", "https://a.example?x", "https://a.example#x",
        ]
    )
    func whatNoBrowserSendsIsRefused(text: String) {
        #expect(throws: ValidationError.self) { try parse(text) }
    }
}
