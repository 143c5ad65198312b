import ArgumentParser
import Testing
import WaybillClient

@testable import waybill

@Suite struct TailUsageTests {
    private func selection(_ arguments: String...) throws -> StreamRequest {
        try TailSelection.parse(arguments).request
    }

    @Test func optionsSayWhatIsFollowed() throws {
        #expect(try selection() == .feed())
        #expect(try selection("--order", "o-1") == .order("o-1"))
        #expect(try selection("--customer", "ada", "--shop", "aurora") == .customer("ada", shop: "aurora"))
        #expect(try selection("--after", "") == .feed())
        var all = StreamRequest.feed(
            shops: ["aurora", "nordwind", "cellar"],
            statuses: ["onHold", "attention"],
            types: ["OrderHeld"],
            attentionOnly: true,
            conflate: 250
        )
        all.after = "0"
        let given = try selection(
            "--shop",
            "aurora,nordwind",
            "--shop",
            "cellar",
            "--status",
            "onHold,attention",
            "--type",
            "OrderHeld",
            "--attention",
            "--conflate",
            "250",
            "--after",
            "0"
        )
        #expect(given == all)
    }

    @Test(arguments: [
        ["--order", "o", "--customer", "c"], ["--order", "o", "--shop", "s"], ["--order", "o", "--attention"],
        ["--customer", "c", "--status", "placed"], ["--customer", "c", "--shop", "a,b"],
        ["--customer", "c", "--conflate", "50"],
        ["--status", "lost"], ["--type", "orderPlaced"], ["--conflate", "49"], ["--conflate", "60001"],
        ["--shop", "a,"],
        ["--shop", ""], ["--color", "green"], ["--url", "localhost"], ["--ca-file", "/nowhere.pem"], ["now"],
    ])
    func whatMakesNoSenseIsRefused(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Tail.parse(arguments) }
        #expect(error.map { Waybill.exitCode(for: $0).rawValue } == 64)
    }
}
