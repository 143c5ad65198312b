/// A request for a stream: the orders to follow, and the position to begin at.
///
/// ```swift
/// var request = StreamRequest.feed(shops: ["aurora"], statuses: ["onHold"])
/// request.after = savedPosition
/// ```
public struct StreamRequest: Sendable, Hashable {
    /// The position to resume after: one that the service gave, or `0` for the beginning of the log.
    ///
    /// Nil begins with the present state: snapshots of the orders, or the log's head for
    /// ``feed(shops:statuses:types:attentionOnly:conflate:)``.
    public var after: String?
    /// True to request frames without `event:` fields, as a browser's `onmessage` needs them. Events read the same.
    public var isPlain = false

    let path: String
    /// Query parameters as `name=value`, escaped.
    private var parameters: [String] = []

    private init(path: String) {
        self.path = path
    }

    /// A stream of one order, which begins with a snapshot.
    ///
    /// - Parameter id: the order's UUID.
    public static func order(_ id: String) -> StreamRequest {
        StreamRequest(path: "/v1/orders/\(PercentEncoding.encode(id))/stream")
    }

    /// A stream of a customer's orders, which begins with a snapshot of each.
    ///
    /// - Parameters:
    ///   - reference: the shop's reference of the customer.
    ///   - shop: the shop's name; needed where the token is for several shops.
    public static func customer(_ reference: String, shop: String? = nil) -> StreamRequest {
        var request = StreamRequest(path: "/v1/customers/\(PercentEncoding.encode(reference))/stream")
        request.add("shop", values: shop.map { [$0] } ?? [])
        return request
    }

    /// A stream of one order by its tracking link, which needs no token.
    ///
    /// - Parameter token: the part of the link behind `/track/`.
    public static func trackingLink(_ token: String) -> StreamRequest {
        StreamRequest(path: "/track/\(PercentEncoding.encode(token))/stream")
    }

    /// A stream of all orders in the token's shops, which begins at the log's head. Empty lists do not filter.
    ///
    /// - Parameters:
    ///   - shops: the names of the shops to follow.
    ///   - statuses: the statuses to follow: events that lead to one of them, or away from it.
    ///   - types: the event types to follow.
    ///   - attentionOnly: true to follow only events with the status `attention` before or after, and events that raise
    ///     or resolve an anomaly. Other reasons for attention, such as a refund that is owed, bring no such event.
    ///   - conflate: an interval in milliseconds, 50 to 60,000, at which only the newest event of each changed order is
    ///     sent; nil for every event.
    public static func feed(
        shops: [String] = [],
        statuses: [String] = [],
        types: [String] = [],
        attentionOnly: Bool = false,
        conflate: Int? = nil
    ) -> StreamRequest {
        var request = StreamRequest(path: "/v1/stream")
        request.add("shop", values: shops)
        request.add("status", values: statuses)
        request.add("type", values: types)
        if attentionOnly { request.add("attention", values: ["true"]) }
        if let conflate { request.add("conflate", values: [String(conflate)]) }
        return request
    }

    /// The request target: path and query, escaped.
    var target: String {
        var whole = self
        if let after { whole.add("after", values: [after]) }
        if isPlain { whole.add("plain", values: ["true"]) }
        return whole.parameters.isEmpty ? path : "\(path)?\(whole.parameters.joined(separator: "&"))"
    }

    /// Adds a list as one parameter: of a name given twice the last counts.
    private mutating func add(_ name: String, values: [String]) {
        guard !values.isEmpty else { return }
        parameters.append("\(name)=\(values.map(PercentEncoding.encode).joined(separator: ","))")
    }
}
