import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

@Suite struct CommandDecodingTests {
    @Test func aWindowThatEndsBeforeItBeginsIsRefused() throws {
        func body(_ earliest: String, _ latest: String) -> String {
            #"{"source":"shop","window":{"earliest":"\#(earliest)","latest":"\#(latest)"}}"#
        }
        #expect(try pointers(.reviseEta, body("2026-11-02T10:00:00Z", "2026-11-02T11:00:00+01:00")) == [])
        #expect(try pointers(.reviseEta, body("2026-11-02T10:00:01Z", "2026-11-02T10:00:00Z")) == ["/window/latest"])
    }

    @Test func aScanWithoutItsTimeIsRefused() throws {
        #expect(try pointers(.recordScan, #"{"parcelId":"p","scanId":"s","code":"lost"}"#) == ["/occurredAt"])
    }

    @Test(arguments: [
        (CommandName.cancelOrder, #"{"reason":"bored"}"#, "/reason"), (.cancelOrder, "{}", "/reason"),
        (.cancelOrder, #"{"reason":"stock","lines":[]}"#, "/lines"),
        (.holdOrder, #"{"holdId":"h","reason":"customer"}"#, "/reason"),
        (.holdOrder, #"{"holdId":"h","reason":"fraud","note":null}"#, "/note"), (.releaseHold, "{}", "/holdId"),
        (
            .packParcel, #"{"parcelId":"p","lines":[{"lineId":"a","quantity":1},{"lineId":"a","quantity":1}]}"#,
            "/lines/1/lineId"
        ),
        (.dispatchParcel, #"{"parcelId":"p","carrier":17}"#, "/carrier"),
        (.voidParcel, #"{"parcelId":"p"}"#, "/reason"),
        (
            .recordPayment,
            #"{"paymentId":"x","kind":"stolen","amount":{"amount":1,"currency":"EUR"},"providerRef":"r"}"#, "/kind"
        ),
        (.recordPayment, #"{"paymentId":"x","kind":"failed","amount":{"amount":1,"currency":"EUR"}}"#, "/providerRef"),
        (.recordPayment, #"{"paymentId":"x","kind":"failed","amount":1,"providerRef":"r"}"#, "/amount"),
        (.decideReturn, #"{"returnId":"r","approve":"yes"}"#, "/approve"),
        (.receiveReturn, #"{"returnId":"r","lines":[{"lineId":"a","quantity":1}]}"#, "/lines/0/condition"),
        (
            .requestReturn,
            #"{"returnId":"r","lines":[{"lineId":"a","quantity":1,"condition":"damaged"}],"reason":"x"}"#,
            "/lines/0/condition"
        ),
        (.resolveAnomaly, #"{"version":0,"note":"x"}"#, "/version"),
        (.addNote, #"{"text":"x","visibility":"all"}"#, "/visibility"),
        (.confirmOrder, #"{"orderId":"0192f0c1-0000-7000-8000-00000000000a"}"#, "/orderId"),
        (.closeOrder, #"{"x":null}"#, "/x"),
        (.retractScan, #"{"parcelId":"p","scanId":"s"}"#, "/reason"),
        (.changeShipTo, #"{"contactRef":"c"}"#, "/country"),
    ])
    func everyCommandNamesTheWrongField(name: CommandName, body: String, pointer: String) throws {
        #expect(try pointers(name, body).contains(pointer))
    }

    @Test(arguments: [
        (#""place":{"country":"DE"}"#, "/place/text"), (#""place":{"text":"x","zip":"1"}"#, "/place/zip"),
        (#""proof":{"kind":"fingerprint"}"#, "/proof/kind"), (#""reason":"dog""#, "/reason"), (#""eta":null"#, "/eta"),
    ])
    func everyPartOfAScanIsChecked(part: String, pointer: String) throws {
        #expect(try pointers(.recordScan, scanBody("p", "s", "exception", 1, ",\(part)")).contains(pointer))
    }

    @Test func aBulkLineHoldsItsEnvelopeBesideTheCommand() throws {
        let body = #"{"command":"confirmOrder","orderId":"x","commandId":"1","ifMatch":"\"2\""}"#
        #expect(try pointers(.confirmOrder, body, ignoring: ["command", "orderId", "commandId", "ifMatch"]) == [])
    }

    @Test func timesMayBeFiveMinutesAheadAndNoMore() throws {
        let command = try decode(.confirmOrder, #"{"occurredAt":"2026-11-02T10:05:00Z"}"#)
        #expect(command.validate(receivedAt: at(0)) == nil)
        #expect(command.validate(receivedAt: at(0).adding(seconds: -1))?.errors.map(\.pointer) == ["/occurredAt"])
        #expect(try decode(.confirmOrder).validate(receivedAt: .earliest) == nil)
        let old = try decode(.confirmOrder, #"{"occurredAt":"0001-01-01T00:00:00Z"}"#)
        #expect(old.validate(receivedAt: .latest) == nil)
    }

    @Test func pathsLeadBackToTheirCommands() {
        for name in CommandName.allCases where name != .placeOrder {
            #expect(CommandName(path: name.path) == name)
            #expect(name.payload.name == name)
        }
        #expect(CommandName(path: "") == nil)
        #expect(CommandName(path: "confirmOrder") == nil)
        #expect(
            CommandName.allCases.filter(\.isFact) == [.recordScan, .reportShortage, .recordPayment, .receiveReturn]
        )
    }
}
