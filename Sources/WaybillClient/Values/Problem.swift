/// A problem detail (RFC 9457): the reason that the service gives for refusing a request.
public struct Problem: Sendable, Hashable, Decodable {
    /// The kind of problem, as a URI.
    public let type: String?
    /// The kind of problem as a short text for people.
    public let title: String?
    /// The HTTP status.
    public let status: Int?
    /// A stable word for the kind of problem, for programs to compare.
    public let code: String?
    /// A sentence about this occurrence, for the developer of the client.
    public let detail: String?
}
