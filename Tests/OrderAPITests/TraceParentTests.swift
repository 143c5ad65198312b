import HTTPTypes
import OrderLog
import Telemetry
import Testing

@testable import OrderAPI

@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let valid = "00-\(trace)-00f067aa0ba902b7-01"

    @Test(arguments: [valid, "cc-\(trace)-00f067aa0ba902b7-01", "cc-\(trace)-00f067aa0ba902b7-01-more"])
    func aValidValueNamesItsTrace(text: String) throws {
        let parent = try #require(TraceParent(text))
        #expect(parent.text == text)
        #expect(parent.traceId == Self.trace)
        #expect(parent.parentId == "00f067aa0ba902b7")
        #expect(parent.isSampled)
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("ff", true)])
    func theLowestFlagTellsWhetherTheCallerRecords(flags: String, isSampled: Bool) {
        #expect(TraceParent("00-\(Self.trace)-00f067aa0ba902b7-\(flags)")?.isSampled == isSampled)
    }

    @Test(arguments: [
        "", "00", valid.uppercased(), "ff-\(trace)-00f067aa0ba902b7-01", valid + "-more", valid + "0",
        String(valid.dropLast()),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
        "00_\(trace)_00f067aa0ba902b7_01", "00-\(trace)-00f067aa0ba902bg-01", "cc-\(trace)-00f067aa0ba902b7-01.more",
        "cc-\(trace)-00f067aa0ba902b7-01-ö", "cc-\(trace)-00f067aa0ba902b7-01-" + String(repeating: "a", count: 300),
    ])
    func aValueOfAnotherFormIsIgnored(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test func severalFieldsAreIgnored() throws {
        let name = try #require(HTTPField.Name("traceparent"))
        var fields = HTTPFields()
        #expect(TraceParent(fields) == nil)
        fields.append(HTTPField(name: name, value: Self.valid))
        #expect(TraceParent(fields)?.traceId == Self.trace)
        fields.append(HTTPField(name: name, value: Self.valid))
        #expect(TraceParent(fields) == nil)
    }

    @Test func eventsAreCorrelatedByTheRequestElseByItsTrace() throws {
        let name = try #require(HTTPField.Name("traceparent"))
        var fields: HTTPFields = [name: "no trace"]
        #expect(CommandHeaders.correlationId(fields) == nil)
        #expect(CommandHeaders.trace(fields).traceId == nil)
        fields[name] = Self.valid
        #expect(CommandHeaders.correlationId(fields) == Self.valid)
        #expect(CommandHeaders.trace(fields).traceId == Self.trace)
        fields[.requestId] = "r-1"
        #expect(CommandHeaders.correlationId(fields) == "r-1")
    }
}
