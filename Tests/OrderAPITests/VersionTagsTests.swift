import Testing

@testable import OrderAPI

@Suite struct VersionTagsTests {
    @Test(arguments: [
        ([#""3""#], [3]), ([#"W/"3""#], [3]), ([#""3", W/"5" ,"7""#], [3, 5, 7]), ([#""3""#, #""4""#], [3, 4]),
        ([#", "3",,"#], [3]), ([#""007""#], [-1]), ([#""08", "8""#], [-1, 8]),
    ])
    func tagsNameVersions(fields: [String], versions: [Int]) throws {
        #expect(try VersionTags.versions(fields) == Set(versions))
    }

    @Test(arguments: [[], ["*"], [" * "]]) func nothingAndAsteriskNameNoVersion(fields: [String]) throws {
        #expect(try VersionTags.versions(fields) == nil)
    }

    @Test(arguments: [
        "", ",", "3", "\"", "\"\"", "\"x\"", "\"3", "w/\"3\"", "W/3", "W/", "\"-1\"", "\"3\" \"4\"", "*, \"3\"",
        "\"99999999999999999999\"", "\"٣\"",
    ])
    func otherTextsAreRefused(field: String) {
        let problem = #expect(throws: Problem.self) { try VersionTags.versions([field]) }
        #expect(problem?.code == .malformedIfMatch)
    }
}
