import Testing

@testable import OTLPExport

@Suite struct TraceSamplerTests {
    @Test(arguments: ["always_on", "parentbased_always_on", "traceidratio", "parentbased_traceidratio"])
    func everyTraceIsRecordedByDefault(name: String) throws {
        let sampler = try #require(TraceSampler(name: name, argument: nil))
        #expect(sampler.records(parent: nil, traceBits: .max))
    }

    @Test func alwaysOffRecordsNothing() throws {
        let sampler = try #require(TraceSampler(name: "always_off", argument: nil))
        #expect(!sampler.records(parent: true, traceBits: 0))
    }

    @Test func aCallersDecisionHoldsWhereTheSamplerFollowsIt() throws {
        let following = try #require(TraceSampler(name: "parentbased_traceidratio", argument: "0"))
        #expect(following.records(parent: true, traceBits: .max))
        #expect(!following.records(parent: nil, traceBits: 0))
        #expect(!TraceSampler.standard.records(parent: false, traceBits: 0))
        let own = try #require(TraceSampler(name: "traceidratio", argument: "0"))
        #expect(!own.records(parent: true, traceBits: 0))
    }

    @Test func aShareOfTheTracesIsRecorded() throws {
        let sampler = try #require(TraceSampler(name: "traceidratio", argument: "0.25"))
        let recorded = (0..<1000).count { sampler.records(parent: nil, traceBits: UInt64.max / 1000 * $0) }
        #expect(recorded == 250)
    }

    @Test(arguments: [("jaeger_remote", nil), ("traceidratio", "2"), ("traceidratio", "-0.1"), ("traceidratio", "nan")])
    func otherNamesAndSharesAreUnknown(name: String, argument: String?) {
        #expect(TraceSampler(name: name, argument: argument) == nil)
    }
}
