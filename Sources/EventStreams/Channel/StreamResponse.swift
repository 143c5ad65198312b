package import HTTPTypes

/// The response that carries a stream.
package enum StreamResponse {
    /// The header fields of every stream, whatever the version of HTTP.
    package static let fields: HTTPFields = {
        var fields: HTTPFields = [
            // Some client libraries read any text without a charset as Latin-1.
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store, no-transform",
        ]
        // Tells nginx not to buffer the response.
        if let accelBuffering = HTTPField.Name("X-Accel-Buffering") { fields[accelBuffering] = "no" }
        return fields
    }()

    /// Tells by its head whether a response carries a stream.
    @Sendable package static func isStream(_ head: HTTPResponse) -> Bool {
        head.headerFields[.contentType] == fields[.contentType]
    }
}
