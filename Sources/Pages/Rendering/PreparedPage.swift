import HTTPTransport
import HTTPTypes
import Hummingbird
import NIOCore
import OrderAPI

/// The HTML of a page that is the same for everybody, compressed once. Browsers keep it, and ask whether it has
/// changed.
struct PreparedPage: Sendable {
    private let plain: Form
    private let compressed: Form?
    private let headers: HTTPFields

    private struct Form: Sendable {
        let body: ByteBuffer
        let tag: EntityTag
    }

    init(_ page: RenderedPage) {
        let html = page.html
        headers = PageHeaders.of(page)
        plain = Form(body: ByteBuffer(bytes: html), tag: EntityTag(of: html))
        compressed = Gzip.compress(html, level: 9).map { bytes in
            Form(body: ByteBuffer(bytes: bytes), tag: EntityTag(of: html, variant: "-gzip"))
        }
    }

    func response(to request: Request) -> Response {
        let packed = AcceptedCodings(request.headers).acceptsGzip ? compressed : nil
        let form = packed ?? plain
        var headers = headers
        headers[.cacheControl] = "no-cache"
        headers[.eTag] = form.tag.text
        if form.tag.isKnown(by: request.headers) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = "text/html; charset=utf-8"
        if packed != nil { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: form.body))
    }
}
