import Foundation
import PageFiles
import Testing

@testable import Pages

@Suite struct StaffPageTests {
    private static let files = Dictionary(
        uniqueKeysWithValues: PageFile.embedded.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) }
    )

    /// The modules that a module imports at once, by name.
    private static func imports(of module: String) -> [String] {
        (files["assets/\(module)"] ?? "").matches(of: /(?:^|\n)(?:import|export) [^;]* from "\.\/([a-z-]+\.js)";/)
            .map { String($0.1) }
    }

    /// The modules that a page needs before it shows anything, without the page's own.
    private static func graph(of page: String) -> Set<String> {
        var found: Set<String> = [], waiting = imports(of: page)
        while let next = waiting.popLast() {
            if found.insert(next).inserted { waiting += imports(of: next) }
        }
        return found
    }

    @Test(arguments: ["staff", "order"])
    func aPagePreloadsTheModulesThatItImports(name: String) throws {
        let template = try #require(Self.files["templates/\(name).mustache"])
        let preloaded = template.matches(of: /rel="modulepreload" href="\{\{assets\}\}\/([a-z-]+\.js)"/)
            .map { String($0.1) }
        #expect(Set(preloaded) == Self.graph(of: "\(name).js"))
        #expect(preloaded.allSatisfy { Self.files["assets/\($0)"] != nil })
    }

    @Test(arguments: ["staff", "order"], [true, false])
    func aPageTellsHowToGetATokenWithADevelopmentKeyAlone(name: String, hasDevelopmentKey: Bool) throws {
        let renderer = PageRenderer(source: try PageSource())
        let html = try renderer.html(name, StaffPage(hasDevelopmentKey: hasDevelopmentKey))
        #expect(html.contains("waybill token --role staff") == hasDevelopmentKey)
        #expect(html.contains("id=\"sign-in\""))
        #expect(!html.contains("{{"))
    }
}
