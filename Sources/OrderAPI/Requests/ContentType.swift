import Primitives

/// The media types of request bodies.
enum ContentType {
    static let json = "application/json"
    static let ndjson = "application/x-ndjson"

    /// Compares a Content-Type with a media type (RFC 9110, section 8.3.1): without regard to case, and without
    /// parameters such as charset.
    static func matches(_ header: String?, _ type: String) -> Bool {
        guard let header else { return false }
        if header == type { return true }
        let given = header.split(separator: ";", maxSplits: 1).first ?? ""
        return given.trimmingASCIIWhitespace().lowercased() == type
    }
}
