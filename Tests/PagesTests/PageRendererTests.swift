import Crypto
import Foundation
import HTTPTypes
import OrderAPI
import PageFiles
import Testing

@testable import Pages

@Suite struct PageRendererTests {
    private struct Nothing: Sendable {}

    private static let source = Result { try PageSource() }

    /// A mark and what combines with it are one character, and two code points for a browser.
    @Test func hostileTextsBecomeText() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        let page = HomePage(
            version: "<script>alert(\"1\")</script>&'\"\u{301}<\u{301}",
            address: "",
            hasDevelopmentKey: false
        )
        let html = try renderer.html("home", page)
        #expect(html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;&quot;\u{301}&lt;\u{301}"))
        #expect(!html.contains("<script>alert"))
    }

    @Test func pagesNameAssetsByTheirHash() throws {
        let source = try Self.source.get()
        let html = try PageRenderer(source: source).html(
            "home",
            HomePage(version: "1", address: "", hasDevelopmentKey: true)
        )
        #expect(html.contains("src=\"/assets/\(try source.current.assets.hash)/home.js\""))
    }

    @Test func stylesStandInTheHeadAndInThePolicy() throws {
        let sheet = "<link rel=\"stylesheet\" href="
        let assets = try AssetSet(["a.css": Array("a{}".utf8), "b.css": Array("b{}".utf8), "c.css": Array("c{}".utf8)])
        let text = """
            <head>\(sheet)"/assets/1/a.css">
            \(sheet)"/assets/1/b.css"><link rel="icon" href="d.svg">\(sheet)"/assets/1/e.css"></head><body>\(sheet)"c.css">
            """
        let page = RenderedPage(text, assets)
        let html = String(decoding: page.html, as: UTF8.self)
        #expect(
            html == """
                <head><style>a{}
                </style>
                <style>b{}
                </style><link rel="icon" href="d.svg">\(sheet)"/assets/1/e.css"></head><body>\(sheet)"c.css">
                """
        )
        let policy = try #require(PageHeaders.of(page)[.contentSecurityPolicy])
        for style in ["a{}\n", "b{}\n"] {
            let hash = Data(SHA256.hash(data: Array(style.utf8))).base64EncodedString()
            #expect(policy.contains(" 'sha256-\(hash)'"))
        }
        #expect(policy.contains("style-src 'self' 'sha256-"))
        #expect(!policy.contains("unsafe"))
        #expect(String(decoding: RenderedPage(text, nil).html, as: UTF8.self) == text)
        #expect(
            PageHeaders.of(RenderedPage(text, nil))[.contentSecurityPolicy]?.contains("style-src 'self';")
                == true
        )
    }

    @Test func aStyleSheetThatWouldEndItsElementIsRefused() {
        #expect(throws: PageError.self) { try AssetSet(["a.css": Array("a::after{content:'</style>'}".utf8)]) }
    }

    @Test func aPageNamesItsLanguageAndDirection() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        let options = PageOptions(language: "ar", direction: .rightToLeft)
        #expect(
            try renderer.html("track-gone", TrackGonePage(TrackLocale(.arabic)), options).contains(
                "<html lang=\"ar\" dir=\"rtl\">"
            )
        )
    }

    @Test(arguments: TrackLanguage.allCases)
    func aLinkThatCannotBeShownNowIsNotSaidToBeDead(language: TrackLanguage) throws {
        let renderer = PageRenderer(source: try Self.source.get())
        let texts = TrackTexts(language)
        let gone = try renderer.html("track-gone", TrackGonePage(TrackLocale(language)))
        #expect(gone.contains("<h1>\(texts[.goneTitle])</h1>"))
        #expect(gone.contains(" data-gone>"))
        let away = try renderer.html("track-gone", TrackGonePage(TrackLocale(language), isGone: false))
        #expect(away.contains("<h1>\(texts[.awayTitle])</h1>"))
        #expect(away.contains(">\(texts[.reload])</a>"))
        #expect(!away.contains(texts[.goneTitle]))
        #expect(!away.contains("data-gone"))
    }

    @Test func aProblemIsAPageWhereWaitingOrAskingHelps() {
        let page = TrackLocale(.english)
        #expect(TrackGonePage(Problem(.notFound, ""), page)?.isGone == true)
        #expect(TrackGonePage(Problem(.tooManyRequests, ""), page)?.isGone == false)
        #expect(TrackGonePage(.unavailable, page)?.isGone == false)
        #expect(TrackGonePage(Problem(.crossSite, ""), page) == nil)
    }

    @Test func anUnknownTemplateIsAnError() throws {
        let renderer = PageRenderer(source: try Self.source.get())
        #expect(throws: PageError.self) { try renderer.html("nothing", Nothing()) }
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

    /// A change of the folder's files is seen at the next request, so that a change of a page needs no build.
    @Test func aFolderReplacesTheEmbeddedFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        for kind in ["assets", "templates"] {
            try FileManager.default.createDirectory(at: folder.appending(path: kind), withIntermediateDirectories: true)
        }
        let template = folder.appending(path: "templates/home.mustache")
        try "{{assets}} one".write(to: template, atomically: true, encoding: .utf8)
        let renderer = PageRenderer(source: try PageSource(folder: folder.path))
        #expect(try renderer.html("home", Nothing()).hasSuffix(" one"))
        try "{{assets}} two".write(to: template, atomically: true, encoding: .utf8)
        #expect(try renderer.html("home", Nothing()).hasSuffix(" two"))
        // The page made of the former files is not kept when a file comes.
        let kept = try renderer.source.current.assets.hash
        try "a { }".write(to: folder.appending(path: "assets/a.css"), atomically: true, encoding: .utf8)
        #expect(try renderer.source.current.assets["a.css"] != nil)
        #expect(try renderer.source.current.assets.hash != kept)
    }
}
