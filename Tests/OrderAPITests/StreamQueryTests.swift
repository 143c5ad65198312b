import HTTPTypes
import Testing

@testable import OrderAPI

@Suite struct StreamQueryTests {
    private func options(_ query: String, lastEventId: String? = nil) throws -> StreamOptions {
        var headers: HTTPFields = [:]
        headers[.lastEventId] = lastEventId
        return try StreamOptions(QueryReader(ofStream: query[...], parameters: StreamOptions.parameters), headers)
    }

    @Test func namesAgainstCachesAreIgnored() throws {
        let options = try options("_=1&_=2&__x=%ZZ&t=&ts=5&_&plain=true")
        #expect(options.isPlain && options.after == nil)
        for unknown in ["T=1", "tt=1", "x_=1", "afterr=1"] {
            #expect(throws: Problem.self) { try self.options(unknown) }
        }
    }

    @Test func theLastOfAParameterCounts() throws {
        #expect(try options("after=a&after=b").after == "b")
        #expect(try options("after=a&after=").after == nil)
        #expect(try !options("plain=nonsense&plain=false").isPlain)
        let query = try QueryReader(ofStream: "shop=a,b&shop=c,d", parameters: ["shop"])
        #expect(try query.list("shop") == ["c", "d"])
    }

    @Test func thePositionComesFromTheHeaderThenFromPolyfillsThenFromAfter() throws {
        #expect(try options("lastEventId=b&after=c", lastEventId: "a").after == "a")
        #expect(try options("lastEventId=b&after=c", lastEventId: "").after == "b")
        #expect(try options("lastEventId=&after=c").after == "c")
    }

    @Test func wrongValuesAreRefused() {
        for query in ["beat=1", "plain=", "beat=TRUE"] { #expect(throws: Problem.self) { try self.options(query) } }
    }
}
