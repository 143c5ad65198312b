import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// A command's body: one JSON object, or nothing, which is the empty object.
enum JSONBody {
    /// Bytes.
    static let limit = 256 * 1024

    /// - Throws: `Problem` 400, 413 or 415.
    static func read(_ request: Request) async throws -> JSONObject {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(.bodyTooLarge, "A body holds at most \(limit / 1024) KiB.")
        }
        guard bytes.readableBytes > 0 else { return JSONObject() }
        guard ContentType.matches(request.headers[.contentType], ContentType.json) else {
            throw Problem(.unsupportedMediaType, "A command's body is application/json.")
        }
        guard let object = try parse(bytes) else {
            throw Problem(.malformedJson, "The body must be one JSON object.")
        }
        return object
    }

    /// Nil for JSON that is no object.
    ///
    /// - Throws: `Problem` 400.
    static func parse(_ bytes: ByteBuffer) throws(Problem) -> JSONObject? {
        let parsed = bytes.withUnsafeReadableBytes { raw in
            Result { () throws(JSONParseError) in try JSONValue.parse(raw) }
        }
        switch parsed {
        case .success(let value): return value.object
        case .failure(let error): throw Problem(error)
        }
    }
}
