import Postgres
import Testing

@testable import OrderLog

@Suite struct LogHeadTests {
    private func head(at time: Int64) -> LogHead { LogHead(epoch: "aaaaaaaa", seq: 1, recordedAtMicroseconds: time) }

    /// 2026-12-31, the last microsecond, and the one after it.
    @Test func commandsAreOfDaysUpToThatOfTheHead() {
        #expect(head(at: 1_798_761_599_999_999).dayAfter == "2027-01-01")
        #expect(head(at: 1_798_761_600_000_000).dayAfter == "2027-01-02")
    }

    @Test(arguments: [Int64.min, 0, 253_402_300_799_000_000, Int64.max])
    func aTimeThatIsNoDayBoundsNothing(time: Int64) { #expect(head(at: time).dayAfter == nil) }

    @Test func daysToComeAreNotSearched() {
        var lookUp = CommandLookUp(snapshot: nil, epochs: EpochTable())
        #expect(!lookUp.recent(["a"]).sql.contains("recorded_at"))
        lookUp.end = "2027-01-02"
        #expect(lookUp.recent(["a"]).sql.hasSuffix("and recorded_at < timestamptz '2027-01-02 00:00:00+00'"))
    }
}
