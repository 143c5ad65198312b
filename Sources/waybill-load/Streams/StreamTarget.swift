/// A server of streams, as its subscribers see it.
struct StreamTarget: Sendable {
    /// How a subscriber knows that its stream has begun.
    enum Beginning: Sendable {
        /// The response's head.
        case head
        /// The first `id:`; some events, such as a snapshot, may come with it.
        case firstId(events: Int)
    }

    var port: Int
    var beginning: Beginning
    /// Each subscriber's request.
    var request: @Sendable (Int) -> [UInt8]

    /// Streams of a service, all with the same request.
    static func waybill(port: Int, token: String, path: String = "/v1/stream") -> StreamTarget {
        let request = Self.request(path, token: token)
        return StreamTarget(port: port, beginning: .firstId(events: 0)) { _ in request }
    }

    static func request(_ path: String, token: String? = nil, lastEventId: String? = nil) -> [UInt8] {
        var lines = ["GET \(path) HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let lastEventId { lines.append("Last-Event-ID: \(lastEventId)") }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
    }
}
