/// A server of streams, with the requests of its subscribers.
struct StreamTarget: Sendable {
    /// The sign by which a subscriber knows that its stream has begun.
    enum Beginning: Sendable {
        /// The end of the response's head.
        case head
        /// The first `id:`, which comes with a number of events, such as a snapshot.
        case firstId(events: Int)
    }

    var port: Int
    /// The ports of further servers of the same streams. The streams are spread over all of them.
    var otherPorts: [Int] = []
    var beginning: Beginning
    /// The request of each subscriber, by its index.
    var request: @Sendable (Int) -> [UInt8]

    /// The port for a subscriber, by its index.
    func port(of index: Int) -> Int {
        let place = index % (otherPorts.count + 1)
        return place == 0 ? port : otherPorts[place - 1]
    }

    /// A service, whose streams all have the same request.
    static func waybill(port: Int, token: String, path: String = "/v1/stream") -> StreamTarget {
        let request = Self.request(path, token: token)
        return StreamTarget(port: port, beginning: .firstId(events: 0)) { _ in request }
    }

    /// A request for a stream.
    static func request(_ path: String, token: String? = nil, lastEventId: String? = nil) -> [UInt8] {
        var lines = ["GET \(path) HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let lastEventId { lines.append("Last-Event-ID: \(lastEventId)") }
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
    }
}
