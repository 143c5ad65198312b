import HTTPTransport
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import OrderAPI

/// Renders templates to responses, with the header fields of all pages.
struct PageRenderer: Sendable {
    /// The bytes below which compression saves no packet.
    private static let smallestCompressed = 1024

    let source: PageSource

    /// A page with its style sheets.
    ///
    /// - Parameters:
    ///   - name: the template, without its ending.
    ///   - page: the template's variables: an object with a property each.
    /// - Throws: `PageError`.
    func page(
        _ name: String,
        _ page: some Sendable,
        _ options: PageOptions = PageOptions()
    ) throws(PageError) -> RenderedPage {
        let set = try source.current
        let context = PageContext(
            assets: set.assets.path,
            language: options.language,
            direction: options.direction.rawValue,
            page: page
        )
        let variables = PageVariables.make(of: context) ?? context
        guard let html = set.templates.render(variables, withTemplate: name) else { throw .noTemplate(name) }
        return RenderedPage(html, options.holdsStyles ? set.assets : nil)
    }

    /// The response that shows a page to one caller. No cache may store it.
    func response(
        to request: Request,
        _ name: String,
        _ page: some Sendable,
        _ options: PageOptions = PageOptions()
    ) throws(PageError) -> Response {
        var options = options
        // A script that fetches the page again has its styles.
        options.holdsStyles = request.headers[.secFetchDest] != "empty"
        return Self.response(to: request, try self.page(name, page, options), options)
    }

    /// The response that shows a page whose HTML is ready.
    private static func response(to request: Request, _ page: RenderedPage, _ options: PageOptions) -> Response {
        let html = page.html
        var headers = PageHeaders.of(page)
        headers[.cacheControl] = "no-store"
        headers[.contentType] = "text/html; charset=utf-8"
        for field in options.headers { headers[field.name] = field.value }
        let isCompressed = html.count >= smallestCompressed && AcceptedCodings(request.headers).acceptsGzip
        guard isCompressed, let compressed = Gzip.compress(html, level: 9) else {
            return Response(
                status: options.status,
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: html))
            )
        }
        headers[.contentEncoding] = "gzip"
        return Response(
            status: options.status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: compressed))
        )
    }
}
