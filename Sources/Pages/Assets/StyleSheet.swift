import Crypto
import Foundation

/// A style sheet that stands in the pages which use it.
struct StyleSheet: Sendable {
    /// The element `style` with the sheet's text.
    let element: [UInt8]
    /// The expression by which a policy allows the text: its SHA-256.
    let source: String

    /// - Throws: `PageError` for a text that would end its element.
    init(name: String, text: [UInt8]) throws(PageError) {
        guard text.firstRange(of: Array("</".utf8)) == nil else { throw .markup(name) }
        element = Array("<style>".utf8) + text + Array("</style>".utf8)
        source = "'sha256-\(Data(SHA256.hash(data: text)).base64EncodedString())'"
    }
}
