/// The reason why the rest of a request's body cannot be had. All are mistakes of the client, or of its network.
package enum RequestBodyError: Error, Sendable, Equatable {
    /// The body is cut off, or its chunks or trailers are malformed.
    case broken
    /// The client sent nothing of the body for too long.
    case stalled
    /// The body's compression is malformed.
    case malformedCoding
    /// The body has a coding that is not supported, or several.
    case unsupportedCoding
}
