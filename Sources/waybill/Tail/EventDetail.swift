import Orders
import WaybillClient

/// The details that tell an event from others of its type, in a few words.
struct EventDetail {
    private let data: JSON?
    private let inside: JSON?
    private let type: EventType?
    private let skipped: Int?
    private let time: LocalTime

    init(_ event: OrderChange, time: LocalTime) {
        self.time = time
        data = event.data
        inside = event.internal
        type = EventType(rawValue: event.type)
        skipped = event.skipped
    }

    /// One line, without a colour.
    var text: String {
        var words = parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
        if let code = inside?["anomaly"]?["code"]?.string { words += "\(words.isEmpty ? "" : " ")[anomaly: \(code)]" }
        if let skipped, skipped > 0 { words += "\(words.isEmpty ? "" : " ")[\(skipped) before it]" }
        return TerminalText.plain(words)
    }

    private var parts: [String?] {
        switch type {
        case nil, .orderConfirmed: []
        case .orderClosed: [inside?["writeOff"]?["reason"]?.string.map { "written off: \($0)" }]
        case .orderReopened: [word("reason")]
        case .orderEdited: [change("oldTotal", "newTotal", of: "total"), change("oldDue", "newDue", of: "due")]
        case .totalAdjusted: [change("oldDue", "newDue", of: "due"), word("reason"), word("note")]
        case .metadataChanged: [field("private")?.bool == true ? "private" : nil]
        case .orderPlaced: [units, MoneyFormat.text(data?["total"])]
        case .shipToChanged: [word("contactRef"), word("country")]
        case .itemsCancelled: [units, word("reason"), MoneyFormat.text(field("reduction")).map { "less due: \($0)" }]
        case .orderCancelled: [word("reason")]
        case .orderHeld: [word("holdId"), word("reason"), word("note")]
        case .holdReleased: [word("holdId")]
        case .parcelPacked: [word("parcelId"), units, word("kind") == "shipped" ? nil : word("kind")]
        case .parcelVoided: [word("parcelId"), word("reason")]
        case .parcelDispatched:
            [
                word("parcelId"), word("carrier"), word("trackingNumber"), window("eta").map { "expected \($0)" },
                data?["implied"]?.bool == true ? "known by a scan alone" : nil,
            ]
        case .trackingChanged: [word("parcelId"), word("returnId"), tracking("new")]
        case .etaRevised: [word("parcelId"), window("new") ?? "no time known", word("source"), word("reason")]
        case .parcelScanned, .deliveryFailed, .parcelDelivered, .parcelReturnedToSender, .parcelLost:
            [
                word("parcelId"), word("code"), field("place")?["text"]?.string, word("reason"),
                field("proof")?["kind"]?.string,
            ]
        case .scanRetracted: [word("parcelId"), word("scanId"), word("reason")]
        case .parcelEnded: [word("parcelId"), word("outcome"), word("reason")]
        case .shortageReported: [word("parcelId"), units, word("kind"), word("note")]
        case .paymentRetracted: [word("paymentId"), word("reason")]
        case .paymentAuthorized, .paymentCaptured, .paymentVoided, .paymentFailed, .paymentRefunded,
            .paymentChargedBack, .chargebackReversed:
            [MoneyFormat.text(data?["amount"]), word("paymentId"), word("returnId")]
        case .returnRequested: [word("returnId"), units, word("reason")]
        case .returnApproved, .returnRejected: [word("returnId"), word("note")]
        case .returnCancelled: [word("returnId"), word("reason")]
        case .returnReceived:
            [word("returnId"), units, damaged, MoneyFormat.text(field("reduction")).map { "less due: \($0)" }]
        case .anomalyResolved: [field("version")?.integer.map { "of version \($0)" }, word("note")]
        case .noteAdded: [word("text"), word("visibility") == "staff" ? "for staff alone" : nil]
        }
    }

    /// A field as staff read it, before that of customers: a reason may be another.
    private func field(_ name: String) -> JSON? { inside?[name] ?? data?[name] }

    private func word(_ name: String) -> String? { field(name)?.string }

    private func tracking(_ name: String) -> String? {
        let tracking = field(name)
        return [tracking?["carrier"]?.string, tracking?["trackingNumber"]?.string].compactMap { $0 }
            .joined(separator: " ")
    }

    /// Two amounts, before and after, where they differ.
    private func change(_ old: String, _ new: String, of name: String) -> String? {
        guard let old = MoneyFormat.text(field(old)), let new = MoneyFormat.text(field(new)), old != new else {
            return nil
        }
        return "\(name) \(old) → \(new)"
    }

    private var units: String? {
        guard let lines = field("lines")?.array else { return nil }
        let count = lines.reduce(0) { $0 + ($1["quantity"]?.integer ?? 0) }
        return count == 1 ? "1 unit" : "\(count) units"
    }

    private var damaged: String? {
        let lines = (field("lines")?.array ?? []).filter { $0["condition"]?.string == "damaged" }
        let count = lines.reduce(0) { $0 + ($1["quantity"]?.integer ?? 0) }
        return count == 0 ? nil : "\(count) damaged"
    }

    private func window(_ name: String) -> String? {
        guard let earliest = field(name)?["earliest"]?.string, let latest = field(name)?["latest"]?.string else {
            return nil
        }
        return time.window(from: earliest, to: latest)
    }
}
