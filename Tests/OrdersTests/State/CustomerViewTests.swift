import StrictJSON
import Testing

@testable import Orders

/// The texts that customers never read, in events and in orders.
@Suite struct CustomerViewTests {
    /// Commands that say something for staff alone, with the words that customers must not read.
    static let secrets: [(steps: [Step], words: [String])] = [
        ([twoLamps.with("privateMetadata", #"{"risk":"risk-high"}"#)], ["risk-high", "privateMetadata"]),
        (
            [twoLamps, .hold("hold-77", reason: "fraud").saying("note", "stolen-card")],
            ["hold-77", "fraud", "stolen-card"]
        ),
        ([twoLamps, .hold("hold-77"), .release("hold-77")], ["hold-77"]),
        ([twoLamps, .cancel(["a": 1], reason: "fraud")], ["fraud"]),
        ([twoLamps, .cancel(reason: "fraud")], ["fraud"]),
        ([twoLamps, .pay("m", "captured", 9999, ref: "provider-77")], ["provider-77", "overCaptured", "anomal"]),
        ([twoLamps, .note("staff-text")], ["staff-text"]),
        ([twoLamps, .metadata(set: #"{"risk":"risk-high"}"#, private: true)], ["risk-high"]),
        ([twoLamps, .pay("m", "captured", 9999), .resolve(2).saying("note", "staff-text")], ["staff-text", "anomal"]),
        (
            [
                twoLamps.saying("terms", "invoice"), .confirm, .pack("p", ["a": 2]), .dispatch("p"),
                .scan("p", "old-scan", .lost, -9999).saying("detail", "old-detail"),
                .scan("p", "d", .delivered, 20), .requestReturn("r", ["a": 1]),
                .reject("r").saying("staffNote", "staff-text"), .close(writingOff: "write-off-text"),
            ],
            ["old-scan", "old-detail", "beforeOrder", "staff-text", "write-off-text", "writeOff", "unpaid"]
        ),
    ]

    @Test(arguments: secrets.indices)
    func customersReadNoSecret(index: Int) throws {
        let (steps, words) = Self.secrets[index]
        var state = given()
        var texts: [String] = []
        var secret = ""
        for step in steps {
            for event in try state.when(step).events {
                let (data, inside) = event.encode()
                texts.append(data.map { String(decoding: $0, as: UTF8.self) } ?? "")
                secret += String(decoding: inside, as: UTF8.self)
            }
            state = try state.after(step)
        }
        texts.append(state.customer.written)
        for word in words { #expect(texts.allSatisfy { !$0.contains(word) }, "\(word) in \(texts)") }
        #expect(state.customer["internal"] == nil)
        if let word = words.first { #expect(secret.contains(word)) }
    }

    @Test(
        arguments: [
            ([twoLamps, .note("x")], EventType.noteAdded),
            ([twoLamps, .metadata(set: #"{"k":"v"}"#, private: true)], .metadataChanged),
            ([twoLamps, .pay("m", "captured", 9999), .resolve(2)], .anomalyResolved),
        ] as [([Step], EventType)]
    )
    func someEventsAreHiddenFromCustomers(steps: [Step], type: EventType) throws {
        let state = try given().after(Array(steps.dropLast()))
        #expect(try state.when(steps[steps.count - 1]).event(type).data == nil)
    }

    @Test func holdsAreShownWithoutIds() throws {
        let held = try Given(after: twoLamps, .hold("h", reason: "fraud").at(7))
        #expect(held.customer.names("holds/0") == ["reason", "since"])
        #expect(held.customer.text("holds/0/reason") == "other" && held.customer.text("holds/0/since") == timeText(7))
        #expect(held.staff.text("internal/holds/h/reason") == "fraud")
        let (data, inside) = try Given(after: twoLamps).when(.hold("h", reason: "fraud")).event(.orderHeld)
        #expect(data?.names() == ["reason"] && inside.text("holdId") == "h" && inside.text("reason") == "fraud")
        let released = try held.when(.release("h")).event(.holdReleased)
        #expect(released.data?.names() == [] && released.internal.text("holdId") == "h")
    }

    @Test func aCancellationForFraudIsShownAsOther() throws {
        let (data, inside) = try Given(after: twoLamps).when(.cancel(reason: "fraud")).event(.orderCancelled)
        #expect(data?.text("reason") == "other" && inside.text("reason") == "fraud")
        let stock = try Given(after: twoLamps).when(.cancel(reason: "stock")).event(.orderCancelled)
        #expect(stock.data?.text("reason") == "stock" && stock.internal.names() == [])
    }

    @Test func aNoteForCustomersIsTheirs() throws {
        let noted = try Given(after: twoLamps, .note("hello", for: "customer"), .note("psst"))
        #expect(noted.customer.size("notes") == 1 && noted.customer.text("notes/0/text") == "hello")
        #expect(noted.staff.size("internal/notes") == 1)
    }

    @Test func customersReadTheirPaymentsWithoutReferences() throws {
        let paid = try Given(after: twoLamps, .pay("m", "captured", 2000).with("final", "true"))
        #expect(paid.customer.names("payment/reports/m") == ["paymentId", "kind", "amount", "occurredAt", "retracted"])
        #expect(paid.staff.text("internal/providerRefs/m/providerRef") == "ref-1")
    }
}
