/// A length of time as the command line writes it: an integer with `s`, `m`, `h` or `d`.
package enum DurationFormat {
    /// The longest that is accepted: ten years of 365 days, in seconds.
    package static let longest = 3650 * 86_400

    /// Reads `10s`, `30m`, `1h` or `7d`.
    /// - Returns: seconds, 1 … `longest`.
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
        guard let count = Int(Substring(digits)), count <= longest / factor else {
            throw DurationTextError(text: text, reason: "it is longer than 3650d")
        }
        guard count > 0 else { throw DurationTextError(text: text, reason: "it must be longer than nothing") }
        return count * factor
    }
}

/// Why a text is no usable length of time.
package struct DurationTextError: Error, Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String { "“\(text)” is not a usable duration: \(reason)" }
}
