import Access
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [("1h", 3600), ("30m", 1800), ("10s", 10), ("7d", 604_800), ("3650d", 315_360_000), ("007s", 7)])
    func aDurationIsAnIntegerWithAUnit(text: String, seconds: Int) throws {
        #expect(try DurationFormat.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "h", "1", "1.5h", "-1h", "+1h", "1 h", "1H", "1w", "1h30m", "٣h", "0s", "3651d", "99999999999999999999s",
    ])
    func otherDurationsAreRefused(text: String) {
        let error = #expect(throws: DurationTextError.self) { try DurationFormat.seconds(text) }
        #expect(error?.description.hasPrefix("“\(text)” is not a usable duration") == true)
    }
}
