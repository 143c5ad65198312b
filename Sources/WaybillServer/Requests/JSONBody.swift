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
        guard isJSON(request.headers[.contentType]) else {
            throw Problem(.unsupportedMediaType, "A command's body is application/json.")
        }
        let value: JSONValue
        do {
            value = try bytes.withUnsafeReadableBytes { raw in
                try JSONValue.parse(raw)
            }
        } catch let error as JSONParseError {
            throw Problem(error)
        }
        guard let object = value.object else { throw Problem(.malformedJson, "The body must be one JSON object.") }
        return object
    }

    /// RFC 9110, section 8.3.1: type and subtype compare without case; a parameter such as charset may follow.
    private static func isJSON(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let type = contentType.split(separator: ";", maxSplits: 1).first ?? ""
        return type.trimmingASCIIWhitespace().lowercased() == "application/json"
    }
}

extension Substring {
    func trimmingASCIIWhitespace() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
