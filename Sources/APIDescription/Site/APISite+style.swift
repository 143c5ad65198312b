import PageFiles

extension APISite {
    /// The style sheets of the page, for a file that has no other files beside it.
    static var style: String {
        let files = PageFile.embedded
        return ["assets/design.css", "assets/docs.css"].compactMap { path in
            files.first { $0.path == path }.map { String(decoding: $0.bytes, as: UTF8.self) }
        }.joined(separator: "\n")
    }
}
