import Orders
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:00:00-05:00", 0),
            ("1970-01-01t00:00:01z", 1_000_000), ("1970-01-01T00:00:00.5Z", 500_000),
            ("1970-01-01T00:00:00.123456789Z", 123_456), ("1969-12-31T23:59:59.999999Z", -1),
            ("2026-11-22T09:30:00Z", 1_795_339_800_000_000), ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("2017-01-01T00:59:60+01:00", 1_483_228_800_000_000),
            ("1970-01-01T00:00:00-00:00", 0),
        ] as [(String, Int64)]
    )
    func rfc3339TimesWithAnyOffsetAreRead(text: String, micros: Int64) {
        #expect(Timestamp(rfc3339: text)?.unixMicroseconds == micros)
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T09:30:00", "2026-11-22 09:30:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T09:60:00Z", "2026-11-22T09:30:61Z", "2026-11-22T09:30:60Z", "2026-11-22T09:30:00.Z",
        "2026-11-22T09:30:00.1234567890Z", "2026-11-22T09:30:00+24:00", "2026-11-22T09:30:00+01:60",
        "2026-11-22T09:30:00+0100", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
        "9999-12-31T23:59:60Z", "+2026-11-22T09:30:00Z", "2026-11-22T09:30:00Zx", "2026-11-22T9:30:00Z",
        "20261122T093000Z", "٢٠٢٦-11-22T09:30:00Z",
    ])
    func otherTextsAreRefusedAsTimes(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func theFractionIsWrittenOnlyWhereThereIsOne() throws {
        let whole = try #require(Timestamp(rfc3339: "2026-11-22T10:30:00.000+01:00"))
        #expect(whole.rfc3339 == "2026-11-22T09:30:00Z")
        #expect(whole.rfc3339Micro == "2026-11-22T09:30:00.000000Z")
        let fraction = try #require(Timestamp(rfc3339: "2026-11-22T09:30:00.05Z"))
        #expect(fraction.rfc3339 == "2026-11-22T09:30:00.050000Z")
    }

    @Test func everyDayIsReadBackAsItWasWritten() {
        var instant = Timestamp.earliest
        while instant < .latest {
            #expect(Timestamp(rfc3339: instant.rfc3339) == instant)
            instant = Timestamp(unixMicroseconds: instant.unixMicroseconds + 86_400_000_000 * 97 + 12_345_678_901)
        }
        #expect(Timestamp(rfc3339: Timestamp.latest.rfc3339) == .latest)
    }

    @Test func aTimestampStaysWithinTheYears1To9999() {
        #expect(Timestamp(unixMicroseconds: .max) == .latest)
        #expect(Timestamp(unixMicroseconds: .min) == .earliest)
        #expect(Timestamp.latest.adding(seconds: .max) == .latest)
        #expect(Timestamp.earliest.adding(seconds: .min) == .earliest)
        #expect(Timestamp(unixMicroseconds: 0).adding(seconds: -1).rfc3339 == "1969-12-31T23:59:59Z")
    }
}
