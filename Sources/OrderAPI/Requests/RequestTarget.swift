/// The paths of requests as logs may hold them.
enum RequestTarget {
    /// The path without its query, and without the token of a tracking link, which gives access to an order.
    static func loggable(_ target: String) -> String {
        var path = target.prefix { $0 != "?" && $0 != "#" }
        // The absolute form, as proxies may send it (RFC 9112, section 3.2.2).
        if path.first != "/", let scheme = path.firstRange(of: "://") {
            path = path[scheme.upperBound...].drop { $0 != "/" }
        }
        let parts = path.split(separator: "/")
        // Also where the service has no such route: whoever mistypes a link still sends its token.
        guard let place = parts.firstIndex(where: { isTrack($0) }) else { return String(path) }
        let isStream = place == 0 && parts.count == 3 && parts[2] == "stream"
        return "/" + parts[..<place].map { $0 + "/" }.joined() + "track/{token}" + (isStream ? "/stream" : "")
    }

    private static func isTrack(_ part: Substring) -> Bool {
        (PercentEncodedText.decode(part) ?? String(part)).lowercased() == "track"
    }
}
