import Testing

@testable import Orders

@Suite struct ShortageRules {
    @Test(arguments: ["missing", "damaged", "wrongItem"])
    func unitsThatCameShortAreOwedAgain(kind: String) throws {
        let outcome = try Given.deliveredLamps.when(.shortage("c", "p", ["a": 1], kind: kind))
        outcome.then([.shortageReported])
        #expect(try outcome.data(.shortageReported).text("kind") == kind)
        let short = try Given.deliveredLamps.after(.shortage("c", "p", ["a": 1], kind: kind))
        #expect(short.units() == "open 1, delivered 1" && short.headline == "attention")
        #expect(short.attention == ["shortage"] && short.due == 2000)
    }

    @Test func theNextPackOrCancelAnswersAShortage() throws {
        let short = try Given.deliveredLamps.after(.shortage("c", "p", ["a": 1]))
        let packed = try short.after(.pack("q", ["a": 1]))
        #expect(packed.headline == "partlyDelivered" && packed.attention == [])
        let sent = try packed.after(.dispatch("q"), .scan("q", "d", .delivered, 40))
        #expect(sent.headline == "delivered")
        try sent.when(.close).then([.orderClosed])
        let cancelled = try short.after(.cancel())
        #expect(cancelled.headline == "delivered" && cancelled.due == 1000)
        try cancelled.after(.pay("r", "refunded", 1000)).when(.close).then([.orderClosed])
    }

    @Test func aShortageOfWhatNeverArrivedMovesNothing() throws {
        try Given.sentLamps.when(.shortage("c", "p", ["a": 1])).then([.shortageReported], [.shortageBeyondDelivered])
        #expect(try Given.sentLamps.after(.shortage("c", "p", ["a": 1])).units() == "shipped 2")
        let delivered = try Given.deliveredLamps
        try delivered.when(.shortage("c", "p", ["a": 3])).then([.shortageReported], [.shortageBeyondDelivered])
        #expect(try delivered.after(.shortage("c", "p", ["a": 3])).units() == "delivered 2")
        try delivered.when(.shortage("c", "p", ["z": 1])).then([.shortageReported], [.shortageBeyondDelivered])
        let returned = try delivered.after(.receive("r", ["a": 1]))
        try returned.when(.shortage("c", "p", ["a": 2])).then([.shortageReported], [.shortageBeyondDelivered])
        try returned.when(.shortage("c", "p", ["a": 1])).then([.shortageReported])
    }

    @Test func aShortageIsOfItsParcelsUnits() throws {
        let two = try Given.paidLamps.after(
            .pack("p", ["a": 1]),
            .pack("q", ["a": 1]),
            .dispatch("p"),
            .dispatch("q"),
            .scan("p", "d", .delivered, 20),
            .scan("q", "d", .delivered, 20)
        )
        try two.when(.shortage("c", "p", ["a": 2])).then([.shortageReported], [.shortageBeyondDelivered])
        let short = try two.after(.shortage("c", "p", ["a": 1]))
        #expect(short.units() == "open 1, delivered 1")
        try short.when(.shortage("c2", "p", ["a": 1])).then([.shortageReported], [.shortageBeyondDelivered])
        try short.when(.shortage("c2", "q", ["a": 1])).then([.shortageReported])
    }

    @Test func aShortageOfAnUnknownParcelIsRefused() throws {
        try Given.deliveredLamps.when(.shortage("c", "x", ["a": 1])).thenRefused(.parcelUnknown)
    }

    @Test func aClaimIsOneFact() throws {
        let short = try Given.deliveredLamps.after(.shortage("c", "p", ["a": 1]))
        try short.when(.shortage("c", "p", ["a": 1])).thenNothing()
        try short.when(.shortage("c", "p", ["a": 1]).at(3)).thenNothing()
        try short.when(.shortage("c", "p", ["a": 1], kind: "damaged")).thenRefused(.factIdReused, naming: "kind")
        try short.when(.shortage("c", "p", ["a": 2])).thenRefused(.factIdReused, naming: "lines")
        try short.when(.shortage("c", "p", ["a": 1]).saying("note", "x")).thenRefused(.factIdReused, naming: "note")
    }

    @Test func aDeliveryOnWhichAShortageDependsIsNotRetracted() throws {
        let short = try Given.deliveredLamps.after(.shortage("c", "p", ["a": 1]))
        try short.when(.retract("p", "d")).thenRefused(.shortageDependsOnScan)
    }

    @Test func aShortageAfterClosingIsToBeSettled() throws {
        let closed = try Given.deliveredLamps.after(.close, .shortage("c", "p", ["a": 1]))
        #expect(closed.headline == "attention" && closed.attention?.contains("closedWithUnits") == true)
        try closed.when(.pack("q", ["a": 1])).thenRefused(.orderClosed)
        try closed.after(.reopen).when(.pack("q", ["a": 1])).then([.parcelPacked])
        #expect(try closed.after(.cancel()).headline == "delivered")
    }
}
