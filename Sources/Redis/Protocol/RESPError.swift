/// The reason for which bytes are no acceptable RESP3. Nothing after them can be read.
package enum RESPError: Error, Hashable, CustomStringConvertible {
    /// The bytes break the protocol's grammar.
    case malformed(String)
    /// A line, string, aggregate or reply is larger than its limit.
    case tooLarge(String)

    package var description: String {
        switch self {
        case .malformed(let detail): "the server's answer is not RESP3: \(detail)"
        case .tooLarge(let detail): "the server's answer is too large: \(detail)"
        }
    }
}
