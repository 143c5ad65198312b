import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct ConnectionLimitTests {
    private final class Marker {}

    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func candidates(_ ages: [(String, Int64)]) -> (markers: [Marker], list: [ConnectionShedding.Candidate]) {
        let markers = ages.map { _ in Marker() }
        let list = zip(markers, ages).map { marker, age in
            ConnectionShedding.Candidate(
                id: ObjectIdentifier(marker),
                address: age.0,
                waiting: now - .seconds(age.1)
            )
        }
        return (markers, list)
    }

    private func shedding(perAddress: Int) -> ConnectionShedding {
        ConnectionShedding(perAddress: perAddress) { $0 == "proxy" }
    }

    @Test func anAddressKeepsItsNewestConnections() {
        let (markers, list) = candidates([("a", 60), ("b", 90), ("a", 30), ("a", 10), ("a", 1)])
        let chosen = shedding(perAddress: 2).choose(from: list, shortage: 0, now: now)
        #expect(chosen.ofAddresses == [0, 2].map { ObjectIdentifier(markers[$0]) } && chosen.forPlaces.isEmpty)
    }

    @Test func anExemptAddressHasNoLimitOfItsOwn() {
        let (_, list) = candidates([("proxy", 60), ("proxy", 50), ("proxy", 40)])
        #expect(shedding(perAddress: 1).choose(from: list, shortage: 0, now: now).count == 0)
    }

    @Test func aShortageClosesTheLongestIdleOfAll() {
        let (markers, list) = candidates([("a", 60), ("proxy", 90), ("c", 30), ("d", 2)])
        let chosen = shedding(perAddress: 5).choose(from: list, shortage: 2, now: now)
        #expect(chosen.forPlaces == [1, 0].map { ObjectIdentifier(markers[$0]) } && chosen.ofAddresses.isEmpty)
        #expect(shedding(perAddress: 5).choose(from: list, shortage: 9, now: now).count == 3)
    }

    @Test func someHundredDescriptorsAreLeftToOthers() {
        #expect(DescriptorBudget(limit: 20_000).ceiling == 19_488)
        #expect(DescriptorBudget(limit: 256).ceiling == 192)
        #expect(DescriptorBudget(limit: 1 << 30).ceiling == 32_256)
    }

    @Test func aConnectionWaitsWhileNoExchangeIsBusy() {
        let activity = ConnectionActivity(now: now)
        #expect(activity.waiting == now)
        var (first, second) = (ConnectionActivity.Phase.waiting, ConnectionActivity.Phase.waiting)
        activity.move(from: &first, to: .working)
        activity.move(from: &second, to: .live)
        #expect(activity.waiting == nil)
        activity.move(from: &first, to: .waiting)
        #expect(activity.waiting == nil)
        activity.move(from: &second, to: .waiting)
        #expect(activity.waiting != nil && first == .waiting)
    }
}
