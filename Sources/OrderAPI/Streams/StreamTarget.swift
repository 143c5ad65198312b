import Foundation
import HTTPTypes

/// A stream that a request asks for, told from its method and path alone.
enum StreamTarget: Sendable, Equatable {
    /// `GET /v1/orders/{id}/stream`
    case order(Substring)
    /// `GET /v1/customers/{ref}/stream`
    case customer(Substring)
    /// `GET /v1/stream`
    case feed

    /// The routes as they are described.
    static let routes = ["/v1/orders/:id/stream", "/v1/customers/:ref/stream", "/v1/stream"]

    /// Nil for any other request.
    init?(_ request: HTTPRequest) {
        guard request.method == .get, var path = request.path?[...] else { return nil }
        // The absolute form, as proxies may send it (RFC 9112, section 3.2.2).
        if path.first != "/", let scheme = path.range(of: "://") {
            path = path[scheme.upperBound...].drop { $0 != "/" }
        }
        self.init(path: path.prefix { $0 != "?" && $0 != "#" })
    }

    /// - Parameter path: without the query. Slashes that follow one another count as one, as the router has it.
    init?(path: Substring) {
        // Most requests are none of these, and are known by their ends.
        guard path.utf8.last == UInt8(ascii: "m") || path.utf8.last == UInt8(ascii: "/") else { return nil }
        let parts = path.split(separator: "/")
        switch (parts.count, parts.first, parts.last) {
        case (2, "v1", "stream"): self = .feed
        case (4, "v1", "stream") where parts[1] == "orders": self = .order(parts[2])
        case (4, "v1", "stream") where parts[1] == "customers": self = .customer(parts[2])
        default: return nil
        }
    }
}
