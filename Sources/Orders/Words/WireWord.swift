import StrictJSON

/// An enumeration whose cases are words of the API and of the log.
///
/// Each word's meaning stands here once; the API's description and the docs print it.
package protocol WireWord: RawRepresentable<String>, CaseIterable, Sendable where AllCases: Sendable {
    /// The word's meaning, in a sentence or two for the readers of the docs.
    var meaning: String { get }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ word: some RawRepresentable<String>) {
        field(name, word.rawValue)
    }
}
