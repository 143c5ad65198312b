@testable import Orders

/// A body for every command, well formed.
let sampleBodies: [CommandName: String] = [
    .placeOrder: placeBody(), .changeShipTo: #"{"contactRef":"c","country":"AT"}"#,
    .cancelOrder: #"{"reason":"customer"}"#,
    .holdOrder: #"{"holdId":"h","reason":"stock"}"#, .releaseHold: #"{"holdId":"h"}"#,
    .packParcel: #"{"parcelId":"p","lines":[{"lineId":"a","quantity":1}]}"#,
    .voidParcel: #"{"parcelId":"p","reason":"x"}"#,
    .dispatchParcel: #"{"parcelId":"p","carrier":"dhl"}"#,
    .reviseEta: #"{"source":"shop","window":{"earliest":"2026-11-03T08:00:00Z","latest":"2026-11-03T18:00:00Z"}}"#,
    .recordScan: scanBody("p", "s", "inTransit", 9), .retractScan: #"{"parcelId":"p","scanId":"s","reason":"x"}"#,
    .recordPayment: paymentBody("x", "captured", 1),
    .requestReturn: #"{"returnId":"r","lines":[{"lineId":"a","quantity":1}],"reason":"too big"}"#,
    .decideReturn: #"{"returnId":"r","approve":true}"#,
    .receiveReturn: #"{"returnId":"r","lines":[{"lineId":"a","quantity":1,"condition":"sellable"}]}"#,
    .editOrder: Step.edit(total: 1).body, .adjustTotal: Step.adjust("x", "lower", 1).body,
    .setMetadata: Step.metadata(set: #"{"k":"v"}"#).body,
    .setTracking: Step.track(parcel: "p").saying("carrier", "dhl").body,
    .endParcel: Step.end("p", "e", "lost").body, .reportShortage: Step.shortage("c", "p", ["a": 1]).body,
    .retractPayment: Step.unpay("x").body, .cancelReturn: Step.cancelReturn("r").body,
    .reopenOrder: Step.reopen.body,
    .resolveAnomaly: #"{"version":1,"note":"x"}"#, .addNote: #"{"text":"x","visibility":"customer"}"#,
]
