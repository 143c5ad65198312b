@testable import Orders

typealias Units = KeyValuePairs<String, Int>

/// The commands of scenarios, with the members that each must have.
extension Step {
    /// A `placeOrder` at ten. Its total is stated, never computed, so that each example is reckoned by hand.
    static func place(
        _ lines: [String],
        shipping: Int64 = 0,
        tax: Int64 = 0,
        discount: Int64 = 0,
        total: Int64,
        in currency: String = "EUR"
    ) -> Step {
        Step(
            .placeOrder,
            [
                ("number", quoted("1001")), ("shop", quoted("aurora")), ("customer", quoted("c-1")),
                ("contactRef", quoted("contact-1")), ("country", quoted("DE")), ("currency", quoted(currency)),
                ("locale", quoted("de-DE")), ("lines", "[" + lines.joined(separator: ",") + "]"),
                ("shipping", money(shipping, currency)), ("tax", money(tax, currency)),
                ("discount", money(discount, currency)), ("total", money(total, currency)),
            ]
        ).at(0)
    }

    static let confirm = Step(.confirmOrder)

    static func edit(total: Int64, in currency: String = "EUR") -> Step {
        Step(.editOrder, [("total", money(total, currency))])
    }

    static func adjust(_ adjustmentId: String, _ direction: String, _ amount: Int64) -> Step {
        Step(
            .adjustTotal,
            [
                ("adjustmentId", quoted(adjustmentId)), ("amount", money(amount)), ("direction", quoted(direction)),
                ("reason", quoted("goodwill")),
            ]
        )
    }

    static func shipTo(_ contactRef: String, _ country: String) -> Step {
        Step(.changeShipTo, [("contactRef", quoted(contactRef)), ("country", quoted(country))])
    }

    /// A cancellation of these units; of all open ones where none are named.
    static func cancel(_ units: Units? = nil, reason: String = "customer") -> Step {
        Step(.cancelOrder, [("reason", quoted(reason)), ("lines", units.map(list))])
    }

    static func hold(_ holdId: String, reason: String = "address") -> Step {
        Step(.holdOrder, [("holdId", quoted(holdId)), ("reason", quoted(reason))])
    }

    static func release(_ holdId: String) -> Step { Step(.releaseHold, [("holdId", quoted(holdId))]) }

    static func pack(_ parcelId: String, _ units: Units, kind: String? = nil) -> Step {
        Step(.packParcel, [("parcelId", quoted(parcelId)), ("lines", list(units)), ("kind", kind.map(quoted))])
    }

    static func void(_ parcelId: String) -> Step {
        Step(.voidParcel, [("parcelId", quoted(parcelId)), ("reason", quoted("torn"))])
    }

    static func dispatch(_ parcelId: String, carrier: String? = "dhl") -> Step {
        Step(.dispatchParcel, [("parcelId", quoted(parcelId)), ("carrier", carrier.map(quoted))])
    }

    static func track(parcel parcelId: String) -> Step { Step(.setTracking, [("parcelId", quoted(parcelId))]) }

    static func track(return returnId: String) -> Step { Step(.setTracking, [("returnId", quoted(returnId))]) }

    /// A revised estimate of the whole order: the hour after that minute.
    static func eta(_ minute: Int) -> Step { eta(nil, minute) }

    static func eta(_ parcelId: String?, _ minute: Int) -> Step {
        Step(
            .reviseEta,
            [("parcelId", parcelId.map(quoted)), ("window", window(minute)), ("source", quoted("shop"))]
        )
    }

    static func scan(_ parcelId: String, _ scanId: String, _ code: ScanCode, _ minute: Int) -> Step {
        Step(
            .recordScan,
            [("parcelId", quoted(parcelId)), ("scanId", quoted(scanId)), ("code", quoted(code.rawValue))]
        ).at(minute)
    }

    static func retract(_ parcelId: String, _ scanId: String) -> Step {
        Step(
            .retractScan,
            [("parcelId", quoted(parcelId)), ("scanId", quoted(scanId)), ("reason", quoted("wrong parcel"))]
        )
    }

    static func end(_ parcelId: String, _ scanId: String, _ outcome: String) -> Step {
        Step(
            .endParcel,
            [
                ("parcelId", quoted(parcelId)), ("scanId", quoted(scanId)), ("outcome", quoted(outcome)),
                ("reason", quoted("the driver said so")),
            ]
        )
    }

    static func shortage(_ claimId: String, _ parcelId: String, _ units: Units, kind: String = "missing") -> Step {
        Step(
            .reportShortage,
            [
                ("claimId", quoted(claimId)), ("parcelId", quoted(parcelId)), ("lines", list(units)),
                ("kind", quoted(kind)),
            ]
        )
    }
}

/// Lines of commands: `[{"lineId":"a","quantity":2}]`.
func list(_ units: Units) -> String {
    "[" + units.map { #"{"lineId":"\#($0.key)","quantity":\#($0.value)}"# }.joined(separator: ",") + "]"
}

/// The hour after that minute.
func window(_ minute: Int) -> String {
    #"{"earliest":"\#(timeText(minute))","latest":"\#(timeText(minute + 60))"}"#
}
