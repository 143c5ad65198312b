import OrderLog
import Testing

@Suite struct EpochTableTests {
    private let table = EpochTable([
        Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1),
        Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 11),
        Epoch(ordinal: 3, name: "cccccccc", firstSeq: 11),
    ])

    @Test func anEventKeepsTheEpochInWhichItWasWritten() {
        #expect(table.position(of: 1).description == "aaaaaaaa-1")
        #expect(table.position(of: 10).description == "aaaaaaaa-10")
        #expect(table.position(of: 11).description == "cccccccc-11")
        #expect(table.position(of: 0).description == "aaaaaaaa-0")
    }

    @Test func aKnownPositionIsGoodUpToItsEpochsLastEvent() {
        #expect(table.check(LogPosition(epoch: "aaaaaaaa", seq: 10), head: 20) == .good(10))
        #expect(table.check(LogPosition(epoch: "aaaaaaaa", seq: 11), head: 20) == .forked)
        #expect(table.check(LogPosition(epoch: "bbbbbbbb", seq: 11), head: 20) == .forked)
        #expect(table.check(LogPosition(epoch: "cccccccc", seq: 20), head: 20) == .good(20))
        #expect(table.check(LogPosition(epoch: "cccccccc", seq: 21), head: 20) == .ahead)
        #expect(table.check(LogPosition(epoch: "dddddddd", seq: 1), head: 20) == .unknownEpoch)
    }

    @Test func restartsWithoutEventsKeepPositionsGood() {
        let restarted = EpochTable(table.epochs + [Epoch(ordinal: 4, name: "dddddddd", firstSeq: 21)])
        #expect(restarted.check(LogPosition(epoch: "cccccccc", seq: 20), head: 20) == .good(20))
        #expect(restarted.position(of: 20).epoch == "cccccccc")
        #expect(restarted.commonPrefix(with: table, upTo: 20) == 20)
    }

    @Test func historiesShareTheEventsBeforeTheirFirstDifference() {
        let restored = EpochTable(table.epochs.prefix(1) + [Epoch(ordinal: 2, name: "eeeeeeee", firstSeq: 6)])
        #expect(restored.commonPrefix(with: table, upTo: 20) == 5)
        #expect(table.commonPrefix(with: restored, upTo: 20) == 5)
        #expect(table.commonPrefix(with: restored, upTo: 3) == 3)
        #expect(EpochTable().commonPrefix(with: table, upTo: 20) == 0)
    }

    @Test func mergingKeepsTheOrderAndSkipsKnownEpochs() {
        var merged = EpochTable(Array(table.epochs.prefix(1)))
        merged.merge(table.epochs.reversed())
        #expect(merged == table)
        #expect(merged.newestOrdinal == 3)
    }
}
