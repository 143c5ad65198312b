import Foundation
import HTTPTypes
import Orders

/// The part of a command's route that decides how the body is read.
enum CommandTarget: Sendable, Hashable {
    case newOrder
    /// The text that the path has in place of an order's id; nil where it has none.
    case order(String?)
    /// The parcel that the body names by tracking number.
    case trackingNumber

    /// The pattern of the route, as metrics name it.
    var route: String {
        switch self {
        case .newOrder: "/v1/orders"
        case .order: RequestMetrics.orderCommands
        case .trackingNumber: "/v1/scans"
        }
    }

    /// The command and the target of a request whose target is written in the plainest way: without a query, an escape
    /// or a slash too many. The framework's router reads all others.
    ///
    /// - Returns: nil for any other request.
    static func plain(_ request: HTTPRequest) -> (name: CommandName, target: CommandTarget)? {
        guard request.method == .post, let path = request.path else { return nil }
        if path == "/v1/orders" { return (.placeOrder, .newOrder) }
        if path == "/v1/scans" { return (.recordScan, .trackingNumber) }
        let prefix = "/v1/orders/"
        guard path.hasPrefix(prefix) else { return nil }
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        let (id, end) = (rest.prefix(36), rest.dropFirst(36))
        guard end.first == UInt8(ascii: "/"), let name = CommandName(path: String(Substring(end.dropFirst()))) else {
            return nil
        }
        return (name, .order(String(Substring(id))))
    }
}
