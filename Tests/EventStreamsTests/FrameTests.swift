import Foundation
import OrderLog
import Testing

@testable import EventStreams

@Suite struct FrameTests {
    private func text(_ encoded: EventFrame.Encoded?, plain: Bool = false) -> String {
        var bytes: [UInt8] = []
        encoded?.append(to: &bytes, plain: plain)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aFrameHasEventIdDataAndABlankLine() {
        let frame = Frames.frame(7)
        let lines = text(frame.staff).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[0] == "event: status")
        #expect(lines[1] == "id: aaaaaaaa-7")
        #expect(lines[2].hasPrefix(#"data: {"position":"aaaaaaaa-7","orderId":""#))
        #expect(lines[3].isEmpty && lines[4].isEmpty)
    }

    @Test func anUnchangedHeadlineMakesAnUpdate() {
        let frame = Frames.frame(Frames.event(1, before: "preparing"))
        #expect(text(frame.staff).hasPrefix("event: update\n"))
    }

    @Test func theFirstEventOfAnOrderHasNoStatusBefore() {
        let frame = Frames.frame(Frames.event(1, before: nil))
        #expect(!text(frame.staff).contains("statusBefore"))
        #expect(text(frame.staff).hasPrefix("event: status\n"))
    }

    @Test func plainFramesOmitOnlyTheEventLine() {
        let frame = Frames.frame(7)
        #expect("event: status\n" + text(frame.staff, plain: true) == text(frame.staff))
    }

    @Test func customersSeeNeitherPositionsNorInternals() {
        let frame = Frames.frame(Frames.event(7, internal: #"{"reason":"fraud"}"#))
        let customer = text(frame.customer)
        #expect(customer.contains("id: sealed-7\n"))
        #expect(customer.contains(#""position":"sealed-7""#))
        for secret in ["fraud", "alice", "aaaaaaaa", "internal", "k7"] { #expect(!customer.contains(secret)) }
        #expect(text(frame.staff).contains(#""internal":{"reason":"fraud"},"actor":"staff:alice","commandId":"k7""#))
    }

    @Test func hiddenEventsHaveNoCustomerFrame() {
        let frame = Frames.frame(1, data: nil)
        #expect(frame.customer == nil)
        #expect(text(frame.staff).contains(#""data":{}"#))
    }

    @Test(arguments: ["{\"a\":\"x\\ny\"}", "{\"a\":1,\r\n\"b\":2}", "{\"a\":\"\u{2028}\u{85}\"}"])
    func noTextBeginsANewField(data: String) {
        let frame = Frames.frame(1, data: data)
        #expect(text(frame.staff).split(separator: "\n", omittingEmptySubsequences: false).count == 5)
        #expect(!frame.staff.bytes.contains(0x0D))
    }

    @Test func controlFramesHaveNoId() {
        let bye = String(decoding: ControlFrame.bye(.shutdown, retry: 1500, plain: false), as: UTF8.self)
        #expect(bye == "retry: 1500\nevent: bye\ndata: {\"reason\":\"shutdown\"}\n\n")
        let reset = String(decoding: ControlFrame.reset(.ahead, position: "p", plain: false), as: UTF8.self)
        #expect(reset == "event: reset\ndata: {\"reason\":\"ahead\",\"position\":\"p\"}\n\n")
        let plain = String(decoding: ControlFrame.reset(.ahead, position: "p", plain: true), as: UTF8.self)
        #expect(plain == "data: {\"type\":\"reset\",\"reason\":\"ahead\",\"position\":\"p\"}\n\n")
        #expect(ControlFrame.cursor("p") == Array("id: p\n\n".utf8))
        #expect(ControlFrame.opening(retry: 5, position: nil) == Array("retry: 5\n\n".utf8))
        #expect(ControlFrame.opening(retry: 5, position: "p") == Array("retry: 5\nid: p\n\n".utf8))
    }

    @Test func aBeatGoesWithEachIdOnlyBlock() {
        #expect(ControlFrame.cursor("p", beat: .named) == Array("event: beat\nid: p\ndata: {}\n\n".utf8))
        #expect(ControlFrame.cursor("p", beat: .plain) == Array("id: p\ndata: {\"type\":\"beat\"}\n\n".utf8))
        let opening = ControlFrame.opening(retry: 5, position: "p", beat: .named)
        #expect(opening == Array("retry: 5\nevent: beat\nid: p\ndata: {}\n\n".utf8))
        #expect(ControlFrame.opening(retry: 5, position: nil, beat: .named) == Array("retry: 5\n\n".utf8))
    }

    /// Rows of any version, hidden texts and snapshots: no byte of them is one that a client takes for a line's end.
    @Test func lineSeparatorsOfUnicodeAreEscaped() throws {
        let text = "{\"text\":\"a\u{85}b\u{2028}c\u{2029}d\u{2027}ä€😀\"}"
        let escaped = "{\"text\":\"a\\u0085b\\u2028c\\u2029d\u{2027}ä€😀\"}"
        let event = Frames.event(1, customer: "c\u{2028}", data: text, internal: text)
        let frame = Frames.frame(event)
        for bytes in [frame.staff.bytes, try #require(frame.customer).bytes] {
            let shown = String(decoding: bytes, as: UTF8.self)
            #expect(shown.contains("\"data\":\(escaped)") && shown.contains("\"customer\":\"c\\u2028\""))
            #expect(!shown.unicodeScalars.contains { ["\u{85}", "\u{2028}", "\u{2029}"].contains($0) })
        }
        #expect(String(decoding: frame.staff.bytes, as: UTF8.self).contains("\"internal\":\(escaped)"))
        let snapshot = ControlFrame.snapshot(Array(text.utf8), position: nil, plain: false)
        #expect(String(decoding: snapshot, as: UTF8.self) == "event: snapshot\ndata: \(escaped)\n\n")
        #expect(LineSeparators.growth(of: Array(text.utf8)) == escaped.utf8.count - text.utf8.count)
        // A text that ends within a character is left as it is.
        for broken: [UInt8] in [[0xC2], [0xE2, 0x80], [0xE2]] { #expect(LineSeparators.escaped(broken) == broken) }
    }

    @Test func aPlainSnapshotNamesItsType() {
        let snapshot = ControlFrame.snapshot(Array(#"{"a":1}"#.utf8), position: "p", plain: true)
        #expect(String(decoding: snapshot, as: UTF8.self) == "id: p\ndata: {\"type\":\"snapshot\",\"a\":1}\n\n")
        let named = ControlFrame.snapshot(Array(#"{"a":1}"#.utf8), position: nil, plain: false)
        #expect(String(decoding: named, as: UTF8.self) == "event: snapshot\ndata: {\"a\":1}\n\n")
    }

    @Test func headlinesAndAnomaliesConcernAttention() {
        #expect(Frames.frame(Frames.event(1, status: "attention")).concernsAttention)
        #expect(Frames.frame(Frames.event(1, before: "attention")).concernsAttention)
        #expect(Frames.frame(Frames.event(1, type: "AnomalyResolved")).concernsAttention)
        #expect(Frames.frame(Frames.event(1, internal: #"{"anomaly":{"code":"overCaptured"}}"#)).concernsAttention)
        #expect(!Frames.frame(Frames.event(1, internal: #"{"note":"\"anomaly\""}"#)).concernsAttention)
        #expect(!Frames.frame(1).concernsAttention)
    }
}
