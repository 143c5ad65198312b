import StrictJSON
import Testing

@testable import Orders

@Suite struct TrackingRules {
    private func number(_ text: String) -> Step {
        Step.track(parcel: "p").saying("carrier", "dhl").saying("trackingNumber", text)
    }

    @Test func trackingIsReplacedAsAWhole() throws {
        let sent = try Given.packedLamps.after(
            .dispatch("p").saying("trackingNumber", "T1").saying("trackingUrl", "https://dhl.example/T1")
        )
        let outcome = try sent.when(.track(parcel: "p").saying("trackingNumber", "T2"))
        outcome.then([.trackingChanged])
        let data = try outcome.data(.trackingChanged)
        #expect(
            data.text("parcelId") == "p" && data.text("old/carrier") == "dhl" && data.text("new/trackingNumber") == "T2"
        )
        #expect(data.text("old/trackingNumber") == "T1" && data.text("old/trackingUrl") == "https://dhl.example/T1")
        #expect(data["new/carrier"] == nil && data["new/trackingUrl"] == nil)
        let parcel = try sent.after(.track(parcel: "p").saying("trackingNumber", "T2")).staff
        #expect(parcel["parcels/p/carrier"] == nil && parcel["parcels/p/trackingUrl"] == nil)
        #expect(parcel.text("parcels/p/former/0/carrier") == "dhl")
    }

    @Test func aPackedOrAnEndedParcelMayGetANumber() throws {
        try Given.packedLamps.when(number("T1")).then([.trackingChanged])
        try Given.deliveredLamps.when(number("T1")).then([.trackingChanged])
        try Given.deliveredLamps.after(.close).when(number("T1")).then([.trackingChanged])
        try Given.packedLamps.after(.void("p")).when(number("T1")).thenRefused(.parcelVoid)
        try Given.paidLamps.when(number("T1")).thenRefused(.parcelUnknown)
    }

    @Test func everyReplacedNumberIsAFormerOne() throws {
        let order = try Given.packedLamps.after(number("T1"), number("T2"), number("T3"))
        #expect(order.staff.text("parcels/p/trackingNumber") == "T3" && order.staff.size("parcels/p/former") == 2)
        #expect(try Given.packedLamps.staff.size("parcels/p/former") == 0)
    }

    @Test func aReturnHasItsOwnTracking() throws {
        let approved = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]), .approve("r"))
        let label = Step.track(return: "r").saying("carrier", "dhl").saying("trackingNumber", "R1")
        try approved.when(label).then([.trackingChanged])
        #expect(try approved.when(label).data(.trackingChanged).text("returnId") == "r")
        let tracked = try approved.after(label)
        #expect(tracked.customer.text("returns/r/trackingNumber") == "R1")
        #expect(tracked.customer.text("returns/r/carrier") == "dhl")
        try approved.when(.track(return: "q").saying("carrier", "dhl")).thenRefused(.returnUnknown)
    }

    @Test func trackingIsOfAParcelOrOfAReturn() throws {
        #expect(try !pointers(.setTracking, #"{"carrier":"dhl"}"#).isEmpty)
        #expect(try !pointers(.setTracking, #"{"parcelId":"p","returnId":"r","carrier":"dhl"}"#).isEmpty)
        #expect(try pointers(.setTracking, #"{"parcelId":"p","carrier":"dhl"}"#) == [])
        #expect(try pointers(.setTracking, #"{"returnId":"r","trackingNumber":"R1"}"#) == [])
    }

    @Test(arguments: ["", "-- //", "---", " "])
    func aNumberHasALetterOrADigit(number: String) throws {
        #expect(try !pointers(.setTracking, #"{"parcelId":"p","trackingNumber":"\#(number)"}"#).isEmpty)
    }

    @Test func anAddressOfTrackingIsHttps() throws {
        func url(_ text: String) -> String { #"{"parcelId":"p","carrier":"dhl","trackingUrl":"\#(text)"}"# }
        #expect(try pointers(.setTracking, url("https://dhl.example/T1")) == [])
        for wrong in ["http://dhl.example/T1", "javascript:alert(1)", "dhl.example"] {
            #expect(try pointers(.setTracking, url(wrong)) == ["/trackingUrl"])
        }
    }
}
