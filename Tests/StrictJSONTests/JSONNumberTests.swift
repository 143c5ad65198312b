import StrictJSON
import Testing

@Suite struct JSONNumberTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1.0", 1), ("1.50e1", 15), ("1e2", 100), ("1E+2", 100),
            ("100e-2", 1),
            ("0e999999999999999999999", 0), ("0.000", 0), ("10.00", 10), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("92233720368547758070e-1", .max), ("0.0000000000000000000000001e25", 1),
            ("9007199254740991", 9_007_199_254_740_991),
        ] as [(String, Int64)]
    )
    func wholeNumbersAreExactInEveryNotation(text: String, value: Int64) {
        #expect(JSONNumber(text: text).integer == value)
    }

    @Test(arguments: [
        "0.5", "1.5", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e400", "1e99999999999999999999",
        "1e-99999999999999999999", "123456789012345678901234567890", "100000000000000000000",
    ])
    func fractionsAndNumbersBeyond64BitsAreNotIntegers(text: String) {
        #expect(JSONNumber(text: text).integer == nil)
    }

    @Test func aNumberOfManyDigitsIsReadQuickly() {
        let zeros = String(repeating: "0", count: 200_000)
        #expect(JSONNumber(text: "1" + zeros).integer == nil)
        #expect(JSONNumber(text: "1." + zeros).integer == 1)
        #expect(JSONNumber(text: "0." + zeros + "1").integer == nil)
    }
}
