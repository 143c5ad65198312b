import HTTPTransport
import HTTPTypes
import Logging

extension Logger {
    /// The logger whose lines carry the identifier of a request.
    ///
    /// - Parameter fields: the request's header fields.
    func naming(_ fields: HTTPFields) -> Logger { naming(requestId: fields[.assignedRequestId]) }

    /// The same, given the identifier.
    func naming(requestId: String?) -> Logger {
        guard let id = requestId else { return self }
        var logger = self
        // In place of the number that Hummingbird gives each request.
        logger[metadataKey: "hb.request.id"] = "\(id)"
        return logger
    }
}
