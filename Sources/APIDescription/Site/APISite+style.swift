import Foundation
import PageFiles

extension APISite {
    /// The style sheet of the page, for a file that has no other files beside it.
    static var style: String {
        let assets = PageFile.embedded.compactMap { file in
            file.path.hasPrefix("assets/") ? (String(file.path.dropFirst(7)), file.bytes) : nil
        }
        let sheet = ServedText.styleSheet("docs.css", in: Dictionary(assets) { first, _ in first })
        return String(decoding: sheet, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
