/// An error of a text that is not a usable length of time.
package struct DurationTextError: Error, Sendable, Hashable, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String { "“\(text)” is not a usable duration: \(reason)" }
}
