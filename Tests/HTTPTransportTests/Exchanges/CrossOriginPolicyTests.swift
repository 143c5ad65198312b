import HTTPTypes
import Testing

@testable import HTTPTransport

@Suite struct CrossOriginPolicyTests {
    private func policy(_ origins: CrossOriginPolicy.Origins) -> CrossOriginPolicy {
        CrossOriginPolicy(
            origins: origins,
            methods: [.get, .post],
            requestFields: [.authorization],
            exposedFields: [.eTag, .location]
        ) { !$0.hasPrefix("/session") }
    }

    private func request(
        _ origin: String?,
        _ method: HTTPRequest.Method = .get,
        path: String = "/v1/orders",
        isPreflight: Bool = false
    ) -> HTTPRequest {
        var fields: HTTPFields = [:]
        fields[.origin] = origin
        if isPreflight { fields[.accessControlRequestMethod] = "POST" }
        return HTTPRequest(method: method, scheme: "http", authority: "x", path: path, headerFields: fields)
    }

    @Test func everyResponseVariesByOrigin() {
        let policy = policy(.these(["https://a.example"]))
        for origin in ["https://a.example", "https://b.example", nil] {
            #expect(policy.fields(for: request(origin))[.vary] == "Origin")
        }
    }

    @Test func onlyAListedOriginIsAllowed() {
        let policy = policy(.these(["https://a.example"]))
        let fields = policy.fields(for: request("https://a.example"))
        #expect(fields[.accessControlAllowOrigin] == "https://a.example")
        #expect(fields[.accessControlExposeHeaders] == "ETag, Location")
        #expect(fields[.accessControlAllowCredentials] == nil)
        for other in ["https://b.example", "http://a.example", "https://a.example:8443", "null"] {
            #expect(policy.fields(for: request(other))[.accessControlAllowOrigin] == nil)
            #expect(policy.answer(toPreflight: request(other, .options, isPreflight: true)) == nil)
        }
    }

    @Test func aRequestWithoutAnOriginIsOfNoAllowedPage() {
        #expect(policy(.these(["https://a.example"])).allows(request("https://a.example")))
        #expect(!policy(.these(["https://a.example"])).allows(request("https://b.example")))
        for origins in [CrossOriginPolicy.Origins.any, .these([])] {
            #expect(!policy(origins).allows(request(nil)))
        }
    }

    @Test func anyOriginIsAllowedByAnAsterisk() {
        #expect(policy(.any).fields(for: request("https://b.example"))[.accessControlAllowOrigin] == "*")
        #expect(policy(.any).fields(for: request(nil))[.accessControlAllowOrigin] == nil)
    }

    @Test func aPreflightTellsMethodsAndFields() throws {
        let answer = try #require(
            policy(.these(["https://a.example"])).answer(
                toPreflight: request("https://a.example", .options, isPreflight: true)
            )
        )
        #expect(answer.status == .noContent && !answer.closesConnection)
        #expect(answer.fields[.accessControlAllowMethods] == "GET, POST")
        #expect(answer.fields[.accessControlAllowHeaders] == "Authorization")
        #expect(answer.fields[.accessControlMaxAge] != nil)
    }

    @Test func OPTIONSWithoutARequestedMethodIsNoPreflight() {
        #expect(policy(.any).answer(toPreflight: request("https://a.example", .options)) == nil)
    }

    @Test func aPathThatIsNotSharedAllowsNoOrigin() {
        let path = "/session?x"
        #expect(policy(.any).fields(for: request("https://a", path: path))[.accessControlAllowOrigin] == nil)
        #expect(policy(.any).answer(toPreflight: request("https://a", .options, path: path, isPreflight: true)) == nil)
    }
}
