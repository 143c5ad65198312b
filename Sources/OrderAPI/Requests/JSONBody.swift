import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// Reads a command's body: one JSON object. An empty body counts as the empty object.
enum JSONBody {
    /// The most bytes of a body.
    static let limit = 256 * 1024

    /// Lends the body to `decode`.
    ///
    /// - Throws: `Problem` 400, 413 or 415, and what `decode` throws.
    static func read<R>(_ request: Request, _ decode: (JSONNode) throws(Problem) -> R) async throws -> R {
        var bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(.bodyTooLarge, "A body holds at most \(limit / 1024) KiB.")
        }
        if bytes.readableBytes == 0 {
            bytes = ByteBuffer(staticString: "{}")
        } else if !ContentType.matches(request.headers[.contentType], ContentType.json) {
            throw Problem(.unsupportedMediaType, "A command's body is application/json.")
        }
        return try parse(bytes, name: "The body", decode)
    }

    /// Lends one JSON object to `decode`.
    ///
    /// - Parameter name: the subject of sentences about the text, such as “The body”.
    /// - Throws: `Problem` 400, and what `decode` throws.
    static func parse<R>(
        _ bytes: ByteBuffer,
        name: String,
        _ decode: (JSONNode) throws(Problem) -> R
    ) throws(Problem) -> R {
        let parsed = bytes.withUnsafeReadableBytes { raw in
            Result { () throws(JSONParseError) in
                try JSONNode.read(raw) { node in
                    Result { () throws(Problem) in
                        guard node.isObject else { throw Problem(.malformedJson, "\(name) must be one JSON object.") }
                        return try decode(node)
                    }
                }
            }
        }
        switch parsed {
        case .success(let decoded): return try decoded.get()
        case .failure(let error): throw Problem(error)
        }
    }
}
