import Foundation

/// The performance page. Its texts and its figures are separate files, so that either can change without the other.
///
/// A directory holds `begin.md` and `changes.md`, and for each section `NAME.md` with the text (the method and the
/// limits), and `NAME.json` and `NAME.svg` as a run wrote them. A section without figures is left out.
enum PerformancePage {
    /// The names of the sections in their order.
    static let sections = [
        "commands", "bulk", "list", "latency", "fanout", "fanout-load", "storm", "routing", "secure", "hostile",
        "pages", "growth", "replay", "cluster", "edges",
    ]

    /// Builds the page.
    ///
    /// - Parameter directory: the directory of texts and figures. The page refers to it by its last component.
    static func make(from directory: URL) throws -> String {
        var parts = [
            try text(directory.appending(path: "begin.md")), try Goals.markdown { try report($0, from: directory) },
        ]
        for section in sections {
            guard let report = try report(section, from: directory) else { continue }
            let picture = directory.appending(path: "\(section).svg")
            let hasPicture = FileManager.default.fileExists(atPath: picture.path)
            parts.append(try text(directory.appending(path: "\(section).md")))
            parts.append(
                report.markdown(picture: hasPicture ? "\(directory.lastPathComponent)/\(section).svg" : nil)
            )
        }
        parts.append(try text(directory.appending(path: "changes.md")))
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The figures of a section; nil where there are none.
    private static func report(_ section: String, from directory: URL) throws -> Report? {
        let figures = directory.appending(path: "\(section).json")
        guard FileManager.default.fileExists(atPath: figures.path) else { return nil }
        return try JSONDecoder().decode(Report.self, from: Data(contentsOf: figures))
    }

    private static func text(_ file: URL) throws -> String {
        try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}
