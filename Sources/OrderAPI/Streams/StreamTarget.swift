import Foundation
import HTTPTypes

/// The stream that a request asks for, by its method and path.
enum StreamTarget: Sendable, Equatable {
    /// `GET /v1/orders/{id}/stream`
    case order(Substring)
    /// `GET /v1/customers/{ref}/stream`
    case customer(Substring)
    /// `GET /v1/stream`
    case feed
    /// `GET /track/{token}/stream`
    case link(Substring)

    /// The paths in the router's notation.
    static let routes = ["/v1/orders/:id/stream", "/v1/customers/:ref/stream", "/v1/stream", "/track/:token/stream"]

    /// - Returns: nil for any other request.
    init?(_ request: HTTPRequest) {
        guard request.method == .get, let target = request.path else { return nil }
        self.init(path: RequestTarget.path(target))
    }

    /// - Parameter path: the path without the query. Repeated slashes count as one, as in the router.
    init?(path: Substring) {
        // Most requests are not for streams; their last character tells.
        guard path.utf8.last == UInt8(ascii: "m") || path.utf8.last == UInt8(ascii: "/") else { return nil }
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
        switch (parts.count, parts.first, parts.last) {
        case (2, "v1", "stream"): self = .feed
        case (3, "track", "stream"): self = .link(parts[1])
        case (4, "v1", "stream") where parts[1] == "orders": self = .order(parts[2])
        case (4, "v1", "stream") where parts[1] == "customers": self = .customer(parts[2])
        default: return nil
        }
    }
}
