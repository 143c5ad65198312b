import Primitives

/// What a request says its body is.
enum ContentType {
    static let json = "application/json"
    static let ndjson = "application/x-ndjson"

    /// RFC 9110, section 8.3.1: type and subtype compare without case; a parameter such as charset may follow.
    static func matches(_ header: String?, _ type: String) -> Bool {
        guard let header else { return false }
        if header == type { return true }
        let given = header.split(separator: ";", maxSplits: 1).first ?? ""
        return given.trimmingASCIIWhitespace().lowercased() == type
    }
}
