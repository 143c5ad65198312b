import OrderLog
import Testing

@Suite struct LogPositionTests {
    @Test func positionsReadAsTheyAreWritten() {
        for text in ["abcdefgh-0", "a2b3c4d5-1", "zzzz7777-9223372036854775807"] {
            #expect(LogPosition(text)?.description == text)
        }
    }

    @Test(arguments: [
        "", "0", "abcdefgh", "abcdefgh-", "abcdefgh-01", "abcdefgh--1", "abcdefgh-+1", "abcdefgh-1 ", " abcdefgh-1",
        "Abcdefgh-1", "abcdefg1-1", "abcdefg-1", "abcdefghi-1", "abcdefgh-9223372036854775808", "abcdefgh-١",
        "abcdefgh-1\0",
        "abcdefgh_1", "äbcdefg-1",
    ])
    func otherTextsAreNoPositions(text: String) {
        #expect(LogPosition(text) == nil)
    }
}
