package import HTTPTypes

/// A coding of a request's body that the service can undo (RFC 9110, section 8.4.1).
package enum ContentCoding: Sendable, Equatable {
    case gzip
    /// The zlib format (RFC 1950). Some clients wrongly send a bare deflate stream under this name; they are refused.
    case deflate

    /// The names of all codings, as `Accept-Encoding` lists them.
    package static let accepted = "gzip, deflate"

    /// The coding of a request's body; nil for a body as it is.
    ///
    /// - Throws: `unsupportedCoding` for another coding, and for several.
    package static func of(_ fields: HTTPFields) throws(RequestBodyError) -> ContentCoding? {
        let values = fields[values: .contentEncoding]
        guard !values.isEmpty else { return nil }
        let names = values.flatMap { ConnectionTokens.list($0) ?? [$0] }.filter { $0 != "identity" }
        guard names.count <= 1 else { throw .unsupportedCoding }
        switch names.first {
        case nil: return nil
        case "gzip", "x-gzip": return .gzip
        case "deflate": return .deflate
        default: throw .unsupportedCoding
        }
    }
}
