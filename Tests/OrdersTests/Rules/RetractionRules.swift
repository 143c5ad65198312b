import Testing

@testable import Orders

@Suite struct RetractionRules {
    private func retract(_ scanId: String) -> String {
        #"{"parcelId":"p","scanId":"\#(scanId)","reason":"wrong parcel"}"#
    }

    @Test func aRetractedScanCountsNoMore() throws {
        let retracted = ScanRetracted(
            parcelId: "p",
            scanId: "s-delivered",
            reason: "wrong parcel",
            parcelStatus: .inTransit
        )
        try deliveredWhole.when(.retractScan, retract("s-delivered")).then(retracted)
        let after = try deliveredWhole.after(.retractScan, retract("s-delivered"))
        #expect(after.order.status == .shipped && after.order.parcels[0].scans[0].isRetracted)
        try after.when(.retractScan, retract("s-delivered")).thenRefused(.scanNotCounting)
        try after.when(.retractScan, retract("other")).thenRefused(.scanUnknown)
        try given(placed()).when(.retractScan, retract("s")).thenRefused(.parcelUnknown)
    }

    @Test func aScanWhoseUnitsAreInAReturnIsNotRetracted() throws {
        let asked = try deliveredWhole.after(.requestReturn, sampleBodies[.requestReturn] ?? "")
        try asked.when(.retractScan, retract("s-delivered")).thenRefused(.returnDependsOnScan)
        let rejected = try asked.after(.decideReturn, #"{"returnId":"r","approve":false}"#)
        try rejected.when(.retractScan, retract("s-delivered")).then([.scanRetracted])
        let twice = try asked.after(.recordScan, scanBody("p", "second", "delivered", 25))
        try twice.when(.retractScan, retract("s-delivered")).then([.scanRetracted])
    }

    @Test(arguments: ["lost", "returnedToSender"])
    func aScanWhoseFreedUnitsMovedIsNotRetracted(code: String) throws {
        let freed = try shippedWhole.after(.recordScan, scanBody("p", "s", code, 20))
        try freed.when(.retractScan, retract("s")).then([.scanRetracted])
        #expect(try freed.after(.retractScan, retract("s")).order.units.shipped == 5)
        let packedAgain = try freed.after(.packParcel, #"{"parcelId":"q","lines":[{"lineId":"a","quantity":1}]}"#)
        try packedAgain.when(.retractScan, retract("s")).thenRefused(.unitsMoved)
        try packedAgain.after(.voidParcel, #"{"parcelId":"q","reason":"x"}"#).when(.retractScan, retract("s")).then([
            .scanRetracted
        ])
        let cancelled = try freed.after(.cancelOrder, #"{"reason":"stock","lines":[{"lineId":"b","quantity":1}]}"#)
        try cancelled.when(.retractScan, retract("s")).thenRefused(.unitsMoved)
    }
}
