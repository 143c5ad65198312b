/// The targets of requests (RFC 9112, section 3.2).
enum RequestTarget {
    /// The path of a target, without its query, and without the scheme and authority of the absolute form, as proxies
    /// may send it (section 3.2.2).
    static func path(_ target: String) -> Substring {
        let end = target.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.endIndex
        let path = target[..<end]
        guard path.utf8.first != UInt8(ascii: "/"), let scheme = path.firstRange(of: "://") else { return path }
        return path[scheme.upperBound...].drop { $0 != "/" }
    }

    /// The path without its query, and without the token of a tracking link, which gives access to an order.
    static func loggable(_ target: String) -> String {
        let path = path(target)
        let parts = path.split(separator: "/")
        // Also where the service has no such route: whoever mistypes a link still sends its token.
        guard let place = parts.firstIndex(where: { isTrack($0) }) else { return String(path) }
        let isStream = place == 0 && parts.count == 3 && parts[2] == "stream"
        return "/" + parts[..<place].map { $0 + "/" }.joined() + "track/{token}" + (isStream ? "/stream" : "")
    }

    /// True for a target whose path may hold the token of a tracking link.
    static func isSecret(_ target: String) -> Bool {
        // Asked for every request. Most targets have no byte that a `k` can be made of.
        guard target.utf8.contains(where: mayBeK) else { return false }
        return path(target).split(separator: "/").contains(where: isTrack)
    }

    /// True for the letter, for the begin of an escape, and for a byte of another character, since one of them has this
    /// letter as its small one.
    private static func mayBeK(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "k") || byte == UInt8(ascii: "K") || byte == UInt8(ascii: "%") || byte >= 0x80
    }

    private static func isTrack(_ part: Substring) -> Bool {
        (PercentEncodedText.decode(part) ?? String(part)).lowercased() == "track"
    }
}
