import Primitives
import Testing

@Suite struct RFC3339Tests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"), (1_795_426_219_000_123, "2026-11-23T09:30:19.000123Z"),
        (-1, "1969-12-31T23:59:59.999999Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ])
    func instantHasSixDigitsOfFraction(_ microseconds: Int64, _ text: String) {
        #expect(written(microseconds, .microseconds) == text)
    }

    @Test func fractionCanBeLeftOut() {
        #expect(written(951_782_400_000_000, .none) == "2000-02-29T00:00:00Z")
        #expect(written(-1, .none) == "1969-12-31T23:59:59Z")
    }

    @Test func millisecondsAreRoundedDown() {
        #expect(written(951_782_400_123_999, .milliseconds) == "2000-02-29T00:00:00.123Z")
    }

    private func written(_ microseconds: Int64, _ fraction: RFC3339.Fraction) -> String {
        var bytes: [UInt8] = []
        RFC3339.append(unixMicroseconds: microseconds, fraction: fraction, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
