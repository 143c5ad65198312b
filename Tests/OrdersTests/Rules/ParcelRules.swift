import Testing

@testable import Orders

@Suite struct ParcelRules {
    static let packBody = #"{"parcelId":"p","lines":[{"lineId":"a","quantity":2}]}"#
    static let dispatchBody = #"{"parcelId":"p","carrier":"dhl","trackingNumber":"T1"}"#

    @Test func aConfirmedOrderWithoutHoldIsPackedFromItsOpenUnits() throws {
        try given(placed(), confirmed).when(.packParcel, Self.packBody).then(
            ParcelPacked(parcelId: "p", lines: some(a: 2))
        )
        try given(placed()).when(.packParcel, Self.packBody).thenRefused(.orderNotConfirmed)
        try given(placed(), confirmed, held("h")).when(.packParcel, Self.packBody).thenRefused(.orderOnHold)
        try given(placed(), confirmed, packed("q", a: 1)).when(.packParcel, Self.packBody).thenRefused(.quantityNotOpen)
        try given(placed(), confirmed, cancelled(a: 1)).when(.packParcel, Self.packBody).thenRefused(.quantityNotOpen)
        try given(placed(), confirmed, packed("p", b: 1)).when(.packParcel, Self.packBody).thenRefused(.parcelExists)
        try given(placed(), confirmed, packed("p", b: 1), voided("p")).when(.packParcel, Self.packBody).thenRefused(
            .parcelExists
        )
        try given(placed(), confirmed).when(.packParcel, #"{"parcelId":"p","lines":[{"lineId":"z","quantity":1}]}"#)
            .thenRefused(.lineUnknown)
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.packParcel, Self.packBody).thenRefused(
            .orderCancelled
        )
        try given(placed(), confirmed, orderClosed).when(.packParcel, Self.packBody).thenRefused(.orderClosed)
    }

    @Test func onlyAParcelThatNoScanSawLeavingIsVoided() throws {
        let body = #"{"parcelId":"p","reason":"torn"}"#
        let packedOne = given(placed(), confirmed, packed("p", a: 2))
        try packedOne.when(.voidParcel, body).then(ParcelVoided(parcelId: "p", reason: "torn"))
        let order = try packedOne.after(.voidParcel, body).order
        #expect(order.parcels[0].status == .void && order.units.open == 5 && order.units.packed == 0)
        try given(placed(), confirmed).when(.voidParcel, body).thenRefused(.parcelUnknown)
        try shippedWhole.when(.voidParcel, body).then(ParcelVoided(parcelId: "p", reason: "torn"))
        try deliveredWhole.when(.voidParcel, body).thenRefused(.parcelNotPacked)
        try Given(order).when(.voidParcel, body).thenRefused(.parcelNotPacked)
    }

    @Test func aPackedParcelLeavesWhenPaidAndNotOnHold() throws {
        let sent = ParcelDispatched(
            parcelId: "p",
            tracking: Tracking(carrier: "dhl", trackingNumber: "T1"),
            isImplied: false
        )
        func packedWith(_ events: OrderEvent...) -> Given { Given([placed(), confirmed, packed("p", a: 2)] + events) }
        try packedWith(paid("1", .captured, 3900)).when(.dispatchParcel, Self.dispatchBody).then(sent)
        try packedWith(paid("1", .authorized, 3900)).when(.dispatchParcel, Self.dispatchBody).then(sent)
        try packedWith().when(.dispatchParcel, Self.dispatchBody).thenRefused(.paymentInsufficient)
        try packedWith(paid("1", .authorized, 3899)).when(.dispatchParcel, Self.dispatchBody).thenRefused(
            .paymentInsufficient
        )
        try packedWith(paid("1", .authorized, 3900), paid("2", .voided, 1)).when(.dispatchParcel, Self.dispatchBody)
            .thenRefused(.paymentInsufficient)
        try packedWith(paid("1", .authorized, 2000), paid("2", .captured, 2000)).when(
            .dispatchParcel,
            Self.dispatchBody
        )
        .thenRefused(.paymentInsufficient)
        try packedWith(paid("1", .captured, 3900, "USD")).when(.dispatchParcel, Self.dispatchBody).thenRefused(
            .paymentInsufficient
        )
        try packedWith(paid("1", .failed, 3900)).when(.dispatchParcel, Self.dispatchBody).thenRefused(
            .paymentInsufficient
        )
        try packedWith(cancelled(b: 3), paid("1", .captured, 2400)).when(.dispatchParcel, Self.dispatchBody).then(sent)
        try packedWith(paid("1", .captured, 3900), held("h")).when(.dispatchParcel, Self.dispatchBody).thenRefused(
            .orderOnHold
        )
        try shippedWhole.when(.dispatchParcel, Self.dispatchBody).thenRefused(.parcelNotPacked)
        try given(placed()).when(.dispatchParcel, Self.dispatchBody).thenRefused(.parcelUnknown)
        try given(placed(terms: .onDelivery), confirmed, packed("p", a: 2)).when(.dispatchParcel, Self.dispatchBody)
            .then(sent)
    }

    @Test func theEtaOfAnOpenOrderOrParcelIsRevised() throws {
        let window = TimeWindow(earliest: at(100), latest: at(200))
        let json = #"{"earliest":"\#(at(100).rfc3339)","latest":"\#(at(200).rfc3339)"}"#
        let whole = #"{"window":\#(json),"source":"shop"}"#
        let one = #"{"parcelId":"p","window":\#(json),"source":"carrier","reason":"snow"}"#
        func revised(_ parcelId: String?, _ old: TimeWindow?) -> EtaRevised {
            EtaRevised(
                parcelId: parcelId,
                old: old,
                new: window,
                source: parcelId == nil ? .shop : .carrier,
                reason: parcelId == nil ? nil : "snow"
            )
        }
        try given(placed()).when(.reviseEta, whole).then(revised(nil, nil))
        try given(placed()).after(.reviseEta, whole).when(.reviseEta, whole).then(revised(nil, window))
        try shippedWhole.when(.reviseEta, one).then(revised("p", nil))
        try shippedWhole.after(.reviseEta, one).when(.reviseEta, one).then(revised("p", window))
        try deliveredWhole.when(.reviseEta, one).thenRefused(.nothingExpected)
        try deliveredWhole.when(.reviseEta, whole).thenRefused(.nothingExpected)
        try given(placed()).when(.reviseEta, one).thenRefused(.parcelUnknown)
        try given(placed(), cancelled(a: 2, b: 3), orderCancelled).when(.reviseEta, whole).thenRefused(.orderCancelled)
        try given(placed(), confirmed, packed("p", a: 1), voided("p")).when(.reviseEta, one).thenRefused(
            .nothingExpected
        )
    }
}
