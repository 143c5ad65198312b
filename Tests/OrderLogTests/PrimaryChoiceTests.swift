import Postgres
import Testing

@testable import OrderLog

@Suite struct PrimaryChoiceTests {
    private static let hosts = (1...3).map { PostgresHost(name: "db\($0)") }
    private static let first = Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)
    private static let (mine, theirs) = (
        Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 5), Epoch(ordinal: 2, name: "cccccccc", firstSeq: 4)
    )

    /// - Parameter began: tells servers apart; by default each host leads to one of its own.
    private static func server(
        _ host: Int,
        timeline: Int64,
        cluster: String = "7",
        began: Int64? = nil,
        isPrimary: Bool = true,
        _ epochs: [Epoch] = [first],
        isCurrent: Bool = false
    ) -> PrimaryChoice.Server {
        PrimaryChoice.Server(
            host: hosts[host - 1],
            timeline: ServerTimeline(cluster: cluster, number: timeline),
            beganMicroseconds: began ?? Int64(host),
            isPrimary: isPrimary,
            history: EpochTable(epochs),
            isCurrent: isCurrent
        )
    }

    private static func names(_ hosts: [PostgresHost]) -> [String] { hosts.map(\.name) }

    @Test func thePrimaryOfTheLaterTimelineComesFirst() throws {
        let choice = PrimaryChoice([Self.server(1, timeline: 1), Self.server(2, timeline: 2)])
        #expect(Self.names(choice.order(Self.hosts)) == ["db2", "db3", "db1"])
        #expect(choice.timelines == [ServerTimeline(cluster: "7", number: 2)])
        #expect(choice.conflict == "two primaries of one cluster: db1:5432 (timeline 1) and db2:5432 (timeline 2)")
        try choice.require(.readWrite)
    }

    @Test func onePrimaryAndItsStandbysStayAsTheyAre() throws {
        let choice = PrimaryChoice([Self.server(1, timeline: 2), Self.server(2, timeline: 1, isPrimary: false)])
        #expect(Self.names(choice.order(Self.hosts)) == ["db1", "db2", "db3"])
        #expect(choice.timelines.isEmpty && choice.conflict == nil)
        try choice.require(.readWrite)
    }

    /// The new primary is away, and its standby knows of it.
    @Test func aStandbyOfALaterTimelineTellsOfAFormerPrimary() throws {
        let choice = PrimaryChoice([Self.server(1, timeline: 1), Self.server(2, timeline: 2, isPrimary: false)])
        #expect(choice.timelines == [ServerTimeline(cluster: "7", number: 2)] && choice.conflict == nil)
        #expect(throws: PrimaryChoice.Failure.self) { try choice.require(.readWrite) }
        // Reads have the standby.
        try choice.require(.any)
    }

    @Test func hostsOfOneServerAreNoConflict() throws {
        let choice = PrimaryChoice([
            Self.server(1, timeline: 1, began: 9), Self.server(2, timeline: 1, began: 9),
        ])
        #expect(choice.conflict == nil && Self.names(choice.order(Self.hosts)) == ["db1", "db2", "db3"])
        try choice.require(.readWrite)
    }

    @Test func primariesOfSeveralClustersAreNoConflict() throws {
        let choice = PrimaryChoice([Self.server(1, timeline: 1), Self.server(2, timeline: 2, cluster: "8")])
        #expect(choice.conflict == nil && choice.timelines.isEmpty)
        try choice.require(.readWrite)
    }

    @Test func onOneTimelineTheOwnerOfTheNewestEpochWins() throws {
        let choice = PrimaryChoice([
            Self.server(1, timeline: 1), Self.server(2, timeline: 1, [Self.first, Self.mine], isCurrent: true),
        ])
        #expect(Self.names(choice.order(Self.hosts)) == ["db2", "db3", "db1"])
        try choice.require(.readWrite)
    }

    @Test(arguments: [
        ([first], [first], false), ([first, mine], [first, theirs], true), ([first], [first, theirs], true),
    ])
    func primariesThatCannotBeToldApartAreRefused(_ one: [Epoch], _ other: [Epoch], isCurrent: Bool) {
        let choice = PrimaryChoice([
            Self.server(1, timeline: 2, one, isCurrent: isCurrent),
            Self.server(2, timeline: 2, other, isCurrent: isCurrent),
        ])
        #expect(choice.conflict != nil)
        #expect(throws: PrimaryChoice.Failure.self) { try choice.require(.any) }
    }

    @Test func aRegistryRefusesServersOfEarlierTimelines() {
        let registry = EpochRegistry()
        registry.learn(ServerTimeline(cluster: "7", number: 2))
        #expect(registry.isFormer(ServerTimeline(cluster: "7", number: 1)))
        #expect(!registry.isFormer(ServerTimeline(cluster: "7", number: 2)))
        #expect(!registry.isFormer(ServerTimeline(cluster: "8", number: 1)))
    }
}
