import HTTPTypes
import Orders
import Testing

@testable import OrderAPI

@Suite struct CommandTargetTests {
    private static let id = "0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b"

    private func plain(_ path: String, _ method: HTTPRequest.Method = .post) -> (CommandName, CommandTarget)? {
        CommandTarget.plain(HTTPRequest(method: method, scheme: "http", authority: "shop", path: path))
    }

    @Test func everyCommandHasAPlainPath() throws {
        for name in CommandName.allCases where name != .placeOrder {
            let found = try #require(plain("/v1/orders/\(Self.id)/\(name.path)"))
            #expect(found == (name, .order(Self.id)))
        }
        #expect(try #require(plain("/v1/orders")) == (.placeOrder, .newOrder))
        #expect(try #require(plain("/v1/scans")) == (.recordScan, .trackingNumber))
    }

    @Test(arguments: [
        "/", "/v1/orders/", "//v1/orders", "/v1/orders?a=b", "/v1/orders#x", "/v1/scans/", "/v1/commands",
        "/v1/orders/\(id)", "/v1/orders/\(id)/", "/v1/orders/\(id)/confirm/", "/v1/orders/\(id)/confirm?a=b",
        "/v1/orders/\(id)//confirm", "/v1/orders/\(id)/tracking-links", "/v1/orders/\(id)/no-command",
        "/v1/orders/x/confirm", "http://shop/v1/orders", "*", "/v1/orders/\(id)é/confirm",
    ])
    func otherPathsAreForTheFramework(path: String) {
        #expect(plain(path) == nil)
    }

    @Test func otherMethodsAreForTheFramework() {
        for method in [HTTPRequest.Method.get, .head, .options, .put] { #expect(plain("/v1/orders", method) == nil) }
    }
}
