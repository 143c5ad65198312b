import OrderAPI
import PageFiles

/// All assets of one build. Their common hash stands in their paths, so that browsers may keep them for ever, and so
/// that the modules which a page loads all come from the same build.
struct AssetSet: Sendable {
    /// The hash of all names and contents, in hexadecimal digits.
    let hash: String
    private let assets: [String: Asset]
    private let sheets: [String: StyleSheet]

    /// - Parameter files: files by name, without a folder.
    /// - Throws: `PageError`.
    init(_ files: [String: [UInt8]]) throws(PageError) {
        var all: [UInt8] = []
        var assets: [String: Asset] = [:]
        var sheets: [String: StyleSheet] = [:]
        for name in files.keys.sorted() {
            let bytes = Self.served(name, of: files)
            all += Array("\(name) \(bytes.count)\n".utf8) + bytes
            assets[name] = try Asset(name: name, bytes: bytes)
            if name.hasSuffix(".css") { sheets[name] = try StyleSheet(name: name, text: bytes) }
        }
        hash = EntityTag.digest(of: all)
        self.assets = assets
        self.sheets = sheets
    }

    private static func served(_ name: String, of files: [String: [UInt8]]) -> [UInt8] {
        if name.hasSuffix(".css") { return ServedText.styleSheet(name, in: files) }
        return name.hasSuffix(".js") ? ServedText.script(files[name] ?? []) : files[name] ?? []
    }

    /// The folder of all assets in URLs, without a slash at its end.
    var path: String { "/assets/\(hash)" }

    subscript(name: String) -> Asset? { assets[name] }

    /// The style sheet of a name, to stand in a page.
    func sheet(_ name: String) -> StyleSheet? { sheets[name] }
}
