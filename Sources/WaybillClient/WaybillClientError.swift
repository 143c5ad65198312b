/// Why a stream ended for good. Lost connections and streams that end are no errors: the client comes back.
public struct WaybillClientError: Error, Hashable, CustomStringConvertible {
    /// The kinds of ends.
    public enum Code: Sendable, Hashable {
        /// The service's address, the token or an id cannot be sent in a request.
        case unusableRequest
        /// The service answered with a status other than 200 (WHATWG HTML, section 9.2.3).
        case refused
        /// The answer was no `text/event-stream`.
        case unexpectedContentType
        /// An event was larger than `WaybillClient.Settings.maximumEventSize`.
        case eventTooLarge
        /// A frame's data is not what the service's contract says.
        case unreadableFrame
    }

    /// What kind of end this is.
    public let code: Code
    /// The HTTP status that the service answered with; nil where it did not come to that.
    public let status: Int?
    /// What the service said about it; nil where it said nothing, or something that is no problem detail.
    public let problem: Problem?
    /// A sentence for the person who reads it.
    public let description: String

    init(_ code: Code, _ description: String, status: Int? = nil, problem: Problem? = nil) {
        self.code = code
        self.status = status
        self.problem = problem
        self.description = description
    }
}
