import Logging

extension Logger {
    /// The logger whose lines carry the identifier of a stream's request.
    func naming(_ place: StreamPlace?) -> Logger {
        guard let id = place?.requestId else { return self }
        var logger = self
        logger[metadataKey: "hb.request.id"] = "\(id)"
        return logger
    }
}
