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

    /// The scripts write amounts with the digits that the service writes them with; `Intl` has others for some.
    @Test func scriptsHaveTheDigitsOfAllCurrencies() throws {
        let script = try #require(Self.files["assets/format.js"])
        let table = script.matches(of: /([A-Z]{3}): ([0-9])/).map { (String($0.1), Int($0.2)) }
        let known = Dictionary(uniqueKeysWithValues: table)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
        let codes = letters.flatMap { a in letters.flatMap { b in letters.map { a + b + $0 } } }
        #expect(codes.filter { (known[$0] ?? 2) != MinorUnits.digits(of: $0) } == [])
        #expect(!script.contains("resolvedOptions().maximumFractionDigits"))
    }
}
