import HTTPTypes
package import Hummingbird
import NIOCore
package import OrderAPI
import StrictJSON

/// `GET /openapi.json`: the description of every route, built once.
package struct DescriptionRoutes: Sendable {
    private let body: ByteBuffer
    private let tag: EntityTag

    package init() {
        let bytes = APIDocument.shared.value.bytes
        body = ByteBuffer(bytes: bytes)
        tag = EntityTag(of: bytes)
    }

    package func add(to router: Router<WaybillContext>) {
        router.get("/openapi.json") { request, _ in respond(to: request) }
    }

    private func respond(to request: Request) -> Response {
        // The document is the same for all callers, and changes only with the program.
        var headers: HTTPFields = [.eTag: tag.text, .cacheControl: "public, max-age=300"]
        if tag.isKnown(by: request.headers) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = "application/json"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
