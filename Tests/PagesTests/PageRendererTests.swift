import Foundation
import Testing

@testable import Pages

@Suite struct PageRendererTests {
    private struct Track: Sendable {
        let number: String
        let status = "placed"
        let changedAt = "2026-01-02T03:04:05Z"
    }

    private static let source = Result { try PageSource() }

    @Test func hostileTextsBecomeText() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        let html = try renderer.html("track", Track(number: "<script>alert(\"1\")</script>&'"))
        #expect(html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"))
        #expect(!html.contains("<script>alert"))
    }

    @Test func pagesNameAssetsByTheirHash() throws {
        let source = try Self.source.get()
        let html = try PageRenderer(source: source).html(
            "home",
            HomePage(version: "1", address: "", hasDevelopmentKey: true)
        )
        #expect(html.contains("href=\"/assets/\(try source.current.assets.hash)/design.css\""))
    }

    @Test func aPageNamesItsLanguageAndDirection() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        let options = PageOptions(language: "ar", direction: .rightToLeft)
        #expect(try renderer.html("track-dead", DeadTrackPage(), options).contains("<html lang=\"ar\" dir=\"rtl\">"))
    }

    @Test func anUnknownTemplateIsAnError() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        #expect(throws: PageError.self) { try renderer.html("nothing", DeadTrackPage()) }
    }

    @Test func noTemplateHoldsInlineCode() throws {
        for file in PageFile.embedded where file.path.hasPrefix("templates/") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(text.firstMatch(of: /<style|\sstyle=|\son[a-z]+=|javascript:/) == nil, "\(file.path)")
            for script in text.matches(of: /<script[^>]*>/) {
                #expect(script.output.contains("src=") || script.output.contains("application/ld+json"), "\(file.path)")
            }
        }
    }

    /// The folder's files are read at each request, so that a change of a page needs no build.
    @Test func aFolderReplacesTheEmbeddedFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        for kind in ["assets", "templates"] {
            try FileManager.default.createDirectory(at: folder.appending(path: kind), withIntermediateDirectories: true)
        }
        let template = folder.appending(path: "templates/home.mustache")
        try "{{assets}} one".write(to: template, atomically: true, encoding: .utf8)
        let renderer = PageRenderer(source: try PageSource(folder: folder.path))
        #expect(try renderer.html("home", DeadTrackPage()).hasSuffix(" one"))
        try "{{assets}} two".write(to: template, atomically: true, encoding: .utf8)
        #expect(try renderer.html("home", DeadTrackPage()).hasSuffix(" two"))
    }
}
