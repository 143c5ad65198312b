import HTTPTransport
import HTTPTypes
import Hummingbird
import NIOCore

/// Compresses what the service's own pages read: a list of orders is an eighth of its size then, which a phone feels.
/// Programs get bodies as they are, since compression would cost every backend's request processor time.
///
/// A browser tells its own pages' requests by `Sec-Fetch-Site`. Bodies without a known length, such as streams, stay as
/// they are. `ETag` of a compressed body is a weak one, for its bytes differ.
struct PageCompressionMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    /// The bytes of the bodies that are compressed: below, no packet is saved; above, an event loop would be held.
    private static let sizes = 1024...(1 << 20)

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard Self.isOfPage(request), Self.isCompressible(response) else { return response }
        let varies = response.headers[.vary] ?? ""
        if !varies.contains("Accept-Encoding") {
            response.headers[.vary] = varies.isEmpty ? "Accept-Encoding" : "\(varies), Accept-Encoding"
        }
        guard AcceptedCodings(request.headers).acceptsGzip else { return response }
        let body = BodyBuffer()
        try await response.body.write(body)
        guard let compressed = Gzip.compress(body.bytes) else {
            response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: body.bytes))
            return response
        }
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: compressed))
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        if let tag = response.headers[.eTag], !tag.hasPrefix("W/") { response.headers[.eTag] = "W/" + tag }
        return response
    }

    private static func isOfPage(_ request: Request) -> Bool {
        request.method == .get && request.headers[.secFetchSite] == "same-origin"
    }

    private static func isCompressible(_ response: Response) -> Bool {
        response.status == .ok && response.headers[.contentEncoding] == nil
            && sizes.contains(response.body.contentLength ?? 0)
    }
}

/// Keeps the bytes of a body whose length is known.
private final class BodyBuffer: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
