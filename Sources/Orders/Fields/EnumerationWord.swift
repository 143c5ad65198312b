/// A word of an enumeration, for the docs.
package struct EnumerationWord: Sendable {
    package let word: String
    /// The word's meaning, in a sentence or two.
    package let meaning: String
}
