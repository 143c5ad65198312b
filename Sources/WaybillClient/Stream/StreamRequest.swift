/// Which stream is asked for, and where it begins.
public struct StreamRequest: Sendable, Hashable {
    /// Begin after this position instead of with what is now: one that the service gave, or `0`, the beginning of the log.
    public var after: String?
    /// Ask for frames without `event:`, as a browser's `onmessage` takes them. Events read the same either way.
    public var isPlain = false

    let path: String
    /// Pairs of name and value, escaped.
    private var filters: [String] = []

    private init(path: String) {
        self.path = path
    }

    /// One order. Begins with a snapshot.
    ///
    /// - Parameter id: the order's UUID.
    public static func order(_ id: String) -> StreamRequest {
        StreamRequest(path: "/v1/orders/\(PercentEncoding.encode(id))/stream")
    }

    /// The orders of a customer. Begins with a snapshot of each.
    ///
    /// - Parameters:
    ///   - reference: the customer, as the shop calls it.
    ///   - shop: which shop's customer; needed where the token spans several shops.
    public static func customer(_ reference: String, shop: String? = nil) -> StreamRequest {
        var request = StreamRequest(path: "/v1/customers/\(PercentEncoding.encode(reference))/stream")
        request.filter("shop", shop.map { [$0] } ?? [])
        return request
    }

    /// One order by its tracking link, which needs no token.
    ///
    /// - Parameter token: the part of the link behind `/track/`.
    public static func trackingLink(_ token: String) -> StreamRequest {
        StreamRequest(path: "/track/\(PercentEncoding.encode(token))/stream")
    }

    /// All orders of the token's shops. Begins at the log's head. What is empty filters nothing.
    ///
    /// - Parameters:
    ///   - shops: only these shops' orders.
    ///   - statuses: only events that lead to one of these headlines, or away from it.
    ///   - types: only events of these types.
    ///   - attentionOnly: only what the staff's attention queue is about.
    ///   - conflate: show only the newest event of every order, once in so many milliseconds (50 to 60,000).
    public static func feed(
        shops: [String] = [],
        statuses: [String] = [],
        types: [String] = [],
        attentionOnly: Bool = false,
        conflate: Int? = nil
    ) -> StreamRequest {
        var request = StreamRequest(path: "/v1/stream")
        request.filter("shop", shops)
        request.filter("status", statuses)
        request.filter("type", types)
        if attentionOnly { request.filter("attention", ["true"]) }
        if let conflate { request.filter("conflate", [String(conflate)]) }
        return request
    }

    /// Path and query, escaped.
    var target: String {
        var whole = self
        if let after { whole.filter("after", [after]) }
        if isPlain { whole.filter("plain", ["true"]) }
        return whole.filters.isEmpty ? path : "\(path)?\(whole.filters.joined(separator: "&"))"
    }

    private mutating func filter(_ name: String, _ values: [String]) {
        filters += values.map { "\(name)=\(PercentEncoding.encode($0))" }
    }
}
