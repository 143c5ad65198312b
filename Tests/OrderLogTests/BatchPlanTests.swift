import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct BatchPlanTests {
    private let order = UUID()

    private func plan(head: Int64 = 0, known: [CommandKey: AcceptedCommand] = [:]) -> BatchPlan {
        BatchPlan(
            headSeq: head,
            recordedAt: Timestamp(unixMicroseconds: 1_000_000),
            epochs: EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)]),
            records: [:],
            known: known
        )
    }

    @Test func commandsOfOneBatchSeeEachOther() throws {
        var plan = plan(head: 41)
        let placed = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        let confirmed = try plan.decide(Samples.submission(.confirmOrder, order: order)).get()
        #expect(placed.position.seq == 42)
        #expect(confirmed.position.seq == 43)
        #expect(confirmed.version == 2)
        #expect(plan.events.map(\.seq) == [42, 43])
        #expect(plan.events.map(\.statusBefore) == [nil, "placed"])
        #expect(plan.events.map(\.status) == ["placed", "preparing"])
    }

    @Test func aRefusedCommandDoesNotAffectOthers() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        let pack = #"{"parcelId":"p","lines":[{"lineId":"l1","quantity":1}]}"#
        guard case .failure(.rejected) = try plan.decide(Samples.submission(.packParcel, pack, order: order)) else {
            Issue.record("packed before it was confirmed")
            return
        }
        _ = try plan.decide(Samples.submission(.confirmOrder, order: order)).get()
        #expect(plan.events.map(\.type) == ["OrderPlaced", "OrderConfirmed"])
        #expect(plan.commands.count == 2)
    }

    @Test func theSameCommandTwiceInABatchIsAppendedOnce() throws {
        var plan = plan()
        let submission = try Samples.submission(.placeOrder, Samples.place(), order: order, key: "k")
        let first = try plan.decide(submission).get()
        let second = try plan.decide(submission).get()
        #expect(!first.replayed)
        #expect(second.replayed)
        #expect(second.events == first.events)
        #expect(plan.events.count == 1)
    }

    @Test func anIdUsedForAnotherCommandIsRefused() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order, key: "k")).get()
        let other = try Samples.submission(.confirmOrder, order: order, key: "k", fingerprint: 2)
        guard case .failure(.commandIdReused) = plan.decide(other) else {
            Issue.record("the id was accepted twice")
            return
        }
    }

    @Test func idsAreScopedByShop() throws {
        var plan = plan()
        let place = try Samples.submission(.placeOrder, Samples.place(shop: "aurora"), order: order, key: "k")
        _ = try plan.decide(place).get()
        let elsewhere = try Samples.submission(
            .placeOrder,
            Samples.place(shop: "nordwind"),
            order: UUID(),
            key: "k",
            fingerprint: 2
        )
        let receipt = try plan.decide(elsewhere).get()
        #expect(!receipt.replayed)
    }

    @Test func aRepetitionIsAnsweredBeforeVersionAndStateAreChecked() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        let confirm = try Samples.submission(.confirmOrder, order: order, key: "c", ifMatch: 1)
        let first = try plan.decide(confirm).get()
        _ = try plan.decide(Samples.submission(.addNote, #"{"text":"x","visibility":"staff"}"#, order: order)).get()
        let again = try plan.decide(confirm).get()
        #expect(again.replayed)
        #expect(again.version == first.version)
    }

    @Test func aCommandForAnotherVersionIsRefused() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        guard
            case .failure(.versionMismatch(current: 1)) = try plan.decide(
                Samples.submission(.confirmOrder, order: order, ifMatch: 7)
            )
        else {
            Issue.record("another version was accepted")
            return
        }
    }

    @Test func anOrderOfAnotherShopIsUnknown() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        guard
            case .failure(.unknownOrder) = try plan.decide(
                Samples.submission(.confirmOrder, order: order, shops: ["nordwind"])
            )
        else {
            Issue.record("a foreign order was found")
            return
        }
        guard
            case .failure(.orderExists(nil)) = try plan.decide(
                Samples.submission(.placeOrder, Samples.place(shop: "nordwind"), order: order, shops: ["nordwind"])
            )
        else {
            Issue.record("a foreign order was described")
            return
        }
    }

    @Test func theFirstAnswerAfterAnUnknownOutcomeIsNoRepetition() throws {
        let submission = try Samples.submission(.placeOrder, Samples.place(), order: order, key: "k")
        let accepted = AcceptedCommand(
            fingerprint: submission.fingerprint,
            orderId: order,
            firstSeq: 5,
            lastSeq: 5,
            version: 1,
            status: "placed",
            events: [AcceptedEvent(type: "OrderPlaced", anomaly: nil)]
        )
        var plan = plan(head: 9, known: [CommandKey(shop: "aurora", commandId: "k"): accepted])
        #expect(try plan.decide(submission, attemptedAfter: 5).get().replayed, "an earlier event is another request's")
        let receipt = try plan.decide(submission, attemptedAfter: 4).get()
        #expect(!receipt.replayed)
        #expect(receipt.position.seq == 5)
        #expect(plan.isEmpty)
    }

    @Test func aFactReportedTwiceIsAcceptedWithoutEvents() throws {
        var plan = plan()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        let report =
            #"{"paymentId":"p","kind":"authorized","amount":{"amount":2000,"currency":"EUR"},"providerRef":"r"}"#
        let first = try plan.decide(Samples.submission(.recordPayment, report, order: order)).get()
        let second = try plan.decide(Samples.submission(.recordPayment, report, order: order)).get()
        #expect(second.events.isEmpty)
        #expect(second.position == first.position)
        #expect(second.version == first.version)
        #expect(!second.replayed)
    }
}
