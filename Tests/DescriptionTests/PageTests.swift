import APIDescription
import Foundation
import Testing

/// The pages in `docs/` that `waybill-docs` writes from the code.
@Suite struct PageTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    @Test(arguments: Page.allCases)
    func everyWrittenPageIsUpToDate(page: Page) throws {
        let text = try page.text
        let written = try String(contentsOf: Self.directory.appending(path: page.rawValue), encoding: .utf8)
        #expect(written == text, "docs/\(page.rawValue) is out of date: run Scripts/docs")
    }
}
