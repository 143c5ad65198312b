/// A problem detail (RFC 9457), with which the service says why it refuses a request.
public struct Problem: Sendable, Hashable, Decodable {
    /// What kind of problem it is, as a URI.
    public let type: String?
    /// The kind in words.
    public let title: String?
    /// The HTTP status.
    public let status: Int?
    /// One stable word: what programs look at.
    public let code: String?
    /// A sentence for the client's developer.
    public let detail: String?
}
