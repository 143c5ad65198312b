import Crypto
import HTTPTypes
package import Hummingbird
import NIOCore
package import OrderAPI
import Primitives
import StrictJSON

/// `GET /openapi.json`: the description of every route, built once.
package struct DescriptionRoutes: Sendable {
    private let body: ByteBuffer
    private let tag: String

    package init() {
        let bytes = APIDocument.shared.value.bytes
        body = ByteBuffer(bytes: bytes)
        let digest = SHA256.hash(data: bytes).prefix(12).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        tag = "\"\(digest.joined())\""
    }

    package func add(to router: Router<WaybillContext>) {
        router.get("/openapi.json") { request, _ in respond(to: request) }
    }

    private func respond(to request: Request) -> Response {
        // The document is the same for all callers, and changes only with the program.
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "public, max-age=300"]
        let cachedTags = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.map { text in
            let text = text.trimmingASCIIWhitespace()
            return text.hasPrefix("W/") ? text.dropFirst(2) : text
        }
        if cachedTags.contains(where: { $0 == tag || $0 == "*" }) {
            return Response(status: .notModified, headers: headers)
        }
        var full = headers
        full[.contentType] = "application/json"
        return Response(status: .ok, headers: full, body: ResponseBody(byteBuffer: body))
    }
}
