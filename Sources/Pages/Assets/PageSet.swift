import Mustache
import PageFiles

/// The templates and assets of one build.
struct PageSet: Sendable {
    let templates: MustacheLibrary
    let assets: AssetSet

    /// - Throws: `PageError`.
    init(_ files: [PageFile]) throws(PageError) {
        ScalarHTML.register()
        var templates: [String: MustacheTemplate] = [:]
        var assets: [String: [UInt8]] = [:]
        for file in files {
            let parts = file.path.split(separator: "/", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = String(parts[1])
            switch parts[0] {
            case "assets": assets[name] = file.bytes
            case "templates":
                let text = ScalarHTML.pragma + String(decoding: file.bytes, as: UTF8.self)
                do {
                    templates[String(name.prefix { $0 != "." })] = try MustacheTemplate(string: text)
                } catch {
                    throw .template(name, reason: "\(error)")
                }
            default: continue
            }
        }
        self.templates = MustacheLibrary(templates: templates)
        self.assets = try AssetSet(assets)
    }
}
