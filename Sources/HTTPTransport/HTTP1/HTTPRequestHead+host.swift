import NIOHTTP1

extension HTTPRequestHead {
    /// True where the request names one host, as HTTP/1.1 requires (RFC 9112, section 3.2). HTTP/1.0 may name none.
    var hasProperHost: Bool {
        let hosts = headers["host"]
        guard let host = hosts.first else { return version == .http1_0 }
        return hosts.count == 1 && host.utf8.allSatisfy { $0 > 0x20 && !"/\\?#@".utf8.contains($0) }
    }
}
