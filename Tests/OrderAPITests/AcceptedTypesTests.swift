import Testing

@testable import OrderAPI

@Suite struct AcceptedTypesTests {
    private func prefersLines(_ fields: [String]) -> Bool {
        AcceptedTypes(fields).prefer("application/x-ndjson", to: "application/json")
    }

    @Test(arguments: [
        ["application/x-ndjson"], ["Application/X-NDJSON; q=0.5"], ["application/json;q=0.9, application/x-ndjson"],
        ["application/json;q=0.5", "application/x-ndjson;q=0.6"], ["application/x-ndjson, */*;q=0.1"],
        ["application/x-ndjson;charset=utf-8;q=1, application/*;q=0.2"], ["application/x-ndjson, text/html"],
        ["application/x-ndjson, application/json;q=0"],
    ])
    func heavierLinesArePreferred(fields: [String]) {
        #expect(prefersLines(fields))
    }

    @Test(arguments: [
        [], [""], ["*/*"], ["application/*"], ["text/html"], ["application/json"],
        ["application/x-ndjson;q=0, application/json"], ["application/x-ndjson;q=0"],
        ["application/x-ndjson, application/json"], ["application/x-ndjson, */*"],
        ["application/x-ndjson;q=0.5, */*"], ["application/x-ndjson-sequence"],
        ["application/x-ndjson;q=0.2, application/*;q=0.3"],
    ])
    func jsonIsTheAnswerOtherwise(fields: [String]) {
        #expect(!prefersLines(fields))
    }

    @Test(arguments: [
        ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], ["text/html"], ["application/xhtml+xml"],
        ["text/html, */*"], ["text/html, application/json"], ["*/*;q=0.1", "Text/HTML;q=0.5"],
    ])
    func aPageIsForThoseWhoNameIt(fields: [String]) {
        #expect(AcceptedTypes(fields).namePage)
        #expect(AcceptedTypes(fields).takePage)
    }

    @Test(arguments: [[], [""], ["*/*"], ["text/*"], ["text/html;q=0.5, */*"]])
    func thoseWhoNameNoJSONTakeAPage(fields: [String]) {
        #expect(!AcceptedTypes(fields).namePage)
        #expect(AcceptedTypes(fields).takePage)
    }

    @Test(arguments: [
        ["application/json"], ["application/json, text/plain, */*"], ["text/html;q=0"],
        ["text/html;q=0.5, application/json"],
    ])
    func programsGetNoPage(fields: [String]) {
        #expect(!AcceptedTypes(fields).namePage)
        #expect(!AcceptedTypes(fields).takePage)
    }

    @Test(arguments: ["q=nan", "q=2", "q=-1", "q=", "q"]) func unreadableWeightCountsAsOne(weight: String) {
        #expect(prefersLines(["application/x-ndjson;\(weight), application/json;q=0.9"]))
    }
}
