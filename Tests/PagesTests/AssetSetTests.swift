import Foundation
import HTTPTypes
import Mustache
import OrderAPI
import PageFiles
import Testing

@testable import Pages

@Suite struct AssetSetTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Pages")

    @Test(arguments: ["assets", "templates"])
    func theBinaryCarriesEveryFileOfTheFolder(kind: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: kind).path)
        let embedded = Dictionary(uniqueKeysWithValues: PageFile.embedded.map { ($0.path, $0.bytes) })
        #expect(!names.isEmpty)
        for name in names {
            let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: "\(kind)/\(name)")))
            #expect(embedded["\(kind)/\(name)"] == bytes, "Pages/pages.c leaves out \(kind)/\(name)")
        }
    }

    @Test func everyEmbeddedTemplateAndAssetIsValid() throws {
        let set = try PageSet(PageFile.embedded)
        #expect(set.assets["design.css"] != nil)
        #expect(set.templates.getTemplate(named: "page") != nil)
    }

    @Test func theHashChangesWithContentAndName() throws {
        let first = try AssetSet(["a.js": [1], "b.js": [2]])
        #expect(try AssetSet(["b.js": [2], "a.js": [1]]).hash == first.hash)
        #expect(try AssetSet(["a.js": [1], "b.js": [3]]).hash != first.hash)
        #expect(try AssetSet(["a.js": [1], "c.js": [2]]).hash != first.hash)
        #expect(try AssetSet(["a.js": [1, 2], "b.js": []]).hash != first.hash)
    }

    @Test func assetsOfUnknownTypesAreRefused() {
        #expect(throws: PageError.self) { try AssetSet(["logo.bmp": [1]]) }
    }

    @Test func onlyWhatGetsSmallerIsCompressed() throws {
        #expect(try Asset(name: "a.css", bytes: Array(repeating: 65, count: 2000)).compressed != nil)
        #expect(try Asset(name: "a.css", bytes: [65]).compressed == nil)
    }

    @Test(arguments: [
        ("gzip", true), ("br, gzip;q=0.5", true), ("*", true), ("gzip;q=0", false), ("br", false), ("x-gzip", true),
        ("*;q=0, gzip", true), ("gzip;q=0, *", false),
    ])
    func gzipIsSentToClientsThatAcceptIt(field: String, accepted: Bool) {
        #expect(AcceptedCodings([.acceptEncoding: field]).acceptsGzip == accepted)
    }
}
