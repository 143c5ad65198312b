import HTTPTypes
import Hummingbird
import OrderAPI

/// `GET /assets/{hash}/{name}`: assets, which browsers keep for ever. `GET /favicon.svg`, `/favicon.ico` and
/// `/robots.txt`: the files that browsers and crawlers ask for without being told of them.
struct AssetRoutes: Sendable {
    static let paths = ["/assets/{hash}/{name}", "/favicon.svg", "/favicon.ico", "/robots.txt"]

    let source: PageSource

    func add(to router: Router<WaybillContext>) {
        router.get("/assets/{hash}/{name}") { request, context in
            try respond(
                to: request,
                hash: context.parameters.require("hash"),
                name: context.parameters.require("name")
            )
        }
        for (path, name) in [
            ("/favicon.svg", "favicon.svg"), ("/favicon.ico", "favicon.svg"), ("/robots.txt", "robots.txt"),
        ] {
            router.get(RouterPath(path)) { request, _ in
                guard let asset = try source.current.assets[name] else { throw Problem.notFound }
                return Self.response(asset, to: request, caching: "public, max-age=86400")
            }
        }
    }

    private func respond(to request: Request, hash: String, name: String) throws -> Response {
        let assets = try source.current.assets
        guard let asset = assets[name] else { throw Problem.notFound }
        // The path of a changeable file says nothing about its content.
        if source.isChangeable { return Self.response(asset, to: request, caching: "no-cache") }
        guard hash == assets.hash else {
            // A page that was open while the service was replaced: all its modules then come from the new build.
            let location = "\(assets.path)/\(name)"
            return Response(status: .found, headers: [.location: location, .cacheControl: "no-store"])
        }
        return Self.response(asset, to: request, caching: "public, max-age=31536000, immutable")
    }

    private static func response(_ asset: Asset, to request: Request, caching: String) -> Response {
        let form =
            AcceptedCodings(request.headers).acceptsGzip
            ? asset.compressed.map { (body: $0.body, tag: $0.tag, coding: "gzip") } : nil
        var headers = PageHeaders.ofAssets
        headers[.cacheControl] = caching
        headers[.eTag] = (form?.tag ?? asset.tag).text
        if (form?.tag ?? asset.tag).isKnown(by: request.headers) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = asset.contentType
        // A picture that somebody opens by itself runs no script either. Other kinds are texts then.
        if asset.contentType.hasPrefix("image/") {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        headers[.contentEncoding] = form?.coding
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: form?.body ?? asset.body))
    }
}
