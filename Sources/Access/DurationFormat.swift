/// The form in which the command line takes a length of time: an integer with `s`, `m`, `h` or `d`.
package enum DurationFormat {
    /// The longest time that is accepted, in seconds: ten years of 365 days.
    package static let maximumSeconds = 3650 * 86_400

    /// Reads `10s`, `30m`, `1h` or `7d`.
    /// - Returns: seconds, 1 … `maximumSeconds`.
    /// - Throws: `DurationTextError`, whose description is fit for the command line.
    package static func seconds(_ text: String) throws(DurationTextError) -> Int {
        let factor: Int
        switch text.utf8.last {
        case UInt8(ascii: "s"): factor = 1
        case UInt8(ascii: "m"): factor = 60
        case UInt8(ascii: "h"): factor = 3_600
        case UInt8(ascii: "d"): factor = 86_400
        default: throw DurationTextError(text: text, reason: "it is an integer with s, m, h or d, such as 30m")
        }
        let digits = text.utf8.dropLast()
        guard !digits.isEmpty, digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            throw DurationTextError(text: text, reason: "it is an integer with s, m, h or d, such as 30m")
        }
        guard let count = Int(Substring(digits)), count <= maximumSeconds / factor else {
            throw DurationTextError(text: text, reason: "it is longer than 3650d")
        }
        guard count > 0 else { throw DurationTextError(text: text, reason: "it must be longer than nothing") }
        return count * factor
    }
}
