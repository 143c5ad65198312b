import HTTPTransport
import NIOCore
import OrderAPI

/// A style sheet, a script, an icon or a text that pages load.
struct Asset: Sendable {
    let contentType: String
    let body: ByteBuffer
    let tag: EntityTag
    /// The compressed form; nil where it is not smaller.
    let compressed: (body: ByteBuffer, tag: EntityTag)?

    /// - Throws: `PageError` for a name whose ending stands for no type.
    init(name: String, bytes: [UInt8]) throws(PageError) {
        let ending = name.split(separator: ".").last ?? ""
        guard let contentType = Self.contentTypes[ending] else { throw .unknownType(name) }
        self.contentType = contentType
        body = ByteBuffer(bytes: bytes)
        tag = EntityTag(of: bytes)
        compressed = Gzip.compress(bytes, level: 9).flatMap { packed in
            guard packed.count < bytes.count else { return nil }
            return (ByteBuffer(bytes: packed), EntityTag(of: bytes, variant: "-gzip"))
        }
    }

    private static let contentTypes: [Substring: String] = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "txt": "text/plain; charset=utf-8",
    ]
}
