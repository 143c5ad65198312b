import StrictJSON
import Testing

@testable import Orders

@Suite struct MetadataRules {
    private let order = twoLamps.with("metadata", #"{"channel":"web","gift":"yes"}"#)
        .with("privateMetadata", #"{"risk":"low"}"#)

    @Test func metadataIsPlacedWithTheOrder() throws {
        let placed = try Given(after: order)
        #expect(placed.customer["metadata"] == ["channel": "web", "gift": "yes"])
        #expect(placed.staff["internal/privateMetadata"] == ["risk": "low"])
        #expect(!placed.customer.written.contains("risk"))
        let (data, inside) = try given().when(order).event(.orderPlaced)
        #expect(data?["metadata/channel"] == "web" && data?["privateMetadata"] == nil)
        #expect(inside["privateMetadata/risk"] == "low")
    }

    @Test func keysAreSetAndRemoved() throws {
        let step = Step.metadata(set: #"{"gift":"no","vip":"1"}"#, remove: #"["channel"]"#)
        try Given(after: order).when(step).then([.metadataChanged])
        let changed = try Given(after: order, step)
        #expect(changed.customer["metadata"] == ["gift": "no", "vip": "1"])
        #expect(changed.staff["internal/privateMetadata"] == ["risk": "low"])
    }

    @Test func privateMetadataIsHiddenFromCustomers() throws {
        let step = Step.metadata(set: #"{"risk":"high"}"#, private: true)
        let (data, inside) = try Given(after: order).when(step).event(.metadataChanged)
        #expect(data == nil && inside["set/risk"] == "high" && inside["private"] == true)
        let changed = try Given(after: order, step)
        #expect(changed.staff["internal/privateMetadata"] == ["risk": "high"])
        #expect(changed.customer["metadata"] == ["channel": "web", "gift": "yes"])
    }

    @Test func metadataIsSetInEveryLifecycle() throws {
        let step = Step.metadata(set: #"{"k":"v"}"#)
        let states = try [
            Given(after: twoLamps), Given(after: twoLamps, .cancel()), Given.deliveredLamps.after(.close),
            Given(after: twoLamps, .hold("h")),
        ]
        for state in states { try state.when(step).then([.metadataChanged]) }
    }

    @Test func anOrderHasAtMostFiftyKeys() throws {
        func keys(_ range: Range<Int>) -> String {
            "{" + range.map { #""k\#($0)":"v""# }.joined(separator: ",") + "}"
        }
        #expect(try pointers(.setMetadata, #"{"set":\#(keys(0..<50))}"#) == [])
        #expect(try !pointers(.setMetadata, #"{"set":\#(keys(0..<51))}"#).isEmpty)
        #expect(try !pointers(.placeOrder, placeBody(["metadata": keys(0..<51)])).isEmpty)
        let full = try Given(after: twoLamps, .metadata(set: keys(0..<50)))
        let outcome = try full.when(.metadata(set: #"{"more":"v"}"#))
        #expect(throws: Rejection.self) { try outcome.events }
        try full.when(.metadata(set: #"{"more":"v"}"#, remove: #"["k0"]"#)).then([.metadataChanged])
        try full.when(.metadata(set: #"{"k0":"w"}"#)).then([.metadataChanged])
    }

    @Test(arguments: [#"{"a b":"v"}"#, #"{"":"v"}"#, #"{"k":1}"#, #"{"k":null}"#, #"{"k:x":"v"}"#, "[]"])
    func keysAndValuesAreTexts(set: String) throws {
        #expect(try !pointers(.setMetadata, #"{"set":\#(set)}"#).isEmpty)
        #expect(try !pointers(.placeOrder, placeBody(["metadata": set])).isEmpty)
    }

    @Test func anOrderNamesTheOneItBelongsTo() throws {
        for kind in ["exchange", "replacement", "split", "subscription"] {
            let relation = #"{"orderId":"0192f0c1-0000-7000-8000-0000000000ff","kind":"\#(kind)"}"#
            let placed = try Given(after: twoLamps.with("relatesTo", relation))
            #expect(placed.customer.text("relatesTo/kind") == kind)
            #expect(placed.customer.text("relatesTo/orderId") == "0192f0c1-0000-7000-8000-0000000000ff")
        }
        #expect(try Given(after: twoLamps).customer["relatesTo"] == nil)
        #expect(try !pointers(.placeOrder, placeBody(["relatesTo": #"{"orderId":"x","kind":"split"}"#])).isEmpty)
    }
}
