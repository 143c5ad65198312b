/// An error that ends a stream for good.
///
/// Lost connections and streams that end are no errors: the client reconnects.
public struct WaybillClientError: Error, Hashable, CustomStringConvertible {
    /// The kind of error.
    public enum Code: Sendable, Hashable {
        /// The service's address, its certificates, the token or an id cannot be used in a request.
        case unusableRequest
        /// The service answered with a status other than 200 (WHATWG HTML, section 9.2.3).
        case refused
        /// The response was not of the type `text/event-stream`.
        case unexpectedContentType
        /// An event was larger than ``WaybillClient/Settings/maximumEventSize``.
        case eventTooLarge
        /// A frame's data does not have the documented form, or not the form that was asked for.
        case unreadableFrame
    }

    /// The kind of error.
    public let code: Code
    /// The HTTP status of the service's response; nil where there was no response.
    public let status: Int?
    /// The service's explanation; nil where the response had none.
    public let problem: Problem?
    /// The error as a sentence for people.
    public let description: String

    init(_ code: Code, _ description: String, status: Int? = nil, problem: Problem? = nil) {
        self.code = code
        self.status = status
        self.problem = problem
        self.description = description
    }
}
