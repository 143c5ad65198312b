import Foundation
import PageFiles

/// The place of templates and assets: the binary itself or, in debug builds, a folder whose changes are seen at the
/// next request, so that a change of a page needs no build.
package struct PageSource: Sendable {
    private let embedded: PageSet
    private let folder: PageFolder?

    /// The files that the binary carries, or in debug builds those in the folder that `WAYBILL_PAGES_DIR` names.
    package static func forThisProcess() throws -> PageSource {
        #if DEBUG
            let folder = ProcessInfo.processInfo.environment["WAYBILL_PAGES_DIR"]
        #else
            let folder: String? = nil
        #endif
        return try PageSource(folder: folder)
    }

    /// - Parameter folder: the folder to read; nil for the files that the binary carries.
    init(folder: String? = nil) throws {
        embedded = try PageSet(PageFile.embedded)
        self.folder = folder.map(PageFolder.init)
    }

    /// True where files may change while the service runs.
    var isChangeable: Bool { folder != nil }

    /// The current templates and assets.
    ///
    /// - Throws: `PageError` for files in the folder that cannot be read.
    var current: PageSet {
        get throws(PageError) {
            guard let folder else { return embedded }
            return try folder.current
        }
    }
}
