import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct ConnectionLimitTests {
    private final class Marker {}

    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func candidates(_ ages: [(String?, Int64)]) -> (
        ids: [ObjectIdentifier], list: [ConnectionShedding.Candidate]
    ) {
        let markers = ages.map { _ in Marker() }
        let list = zip(markers, ages).map { marker, age in
            ConnectionShedding.Candidate(
                id: ObjectIdentifier(marker),
                address: age.0,
                waiting: now - .seconds(age.1)
            )
        }
        kept.markers += markers
        return (list.map(\.id), list)
    }

    /// Keeps identifiers from being used again.
    private final class Kept { var markers: [Marker] = [] }
    private let kept = Kept()

    private func taken(_ list: [ConnectionShedding.Candidate]) -> [String: Int] {
        Dictionary(list.compactMap(\.address).map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test func anAddressKeepsItsNewestConnections() {
        let (ids, list) = candidates([("a", 60), ("b", 90), ("a", 30), ("a", 10), ("a", 1)])
        let shedding = ConnectionShedding(ceiling: 8)
        let chosen = shedding.choose(from: list, taken: taken(list), shortage: 0, now: now)
        #expect(chosen.ofAddresses == [ids[0], ids[2]] && chosen.forPlaces.isEmpty)
    }

    @Test func anExemptAddressHasNoLimitOfItsOwn() {
        let (_, list) = candidates([(nil, 60), (nil, 50), (nil, 40)])
        let shedding = ConnectionShedding(ceiling: 4)
        #expect(shedding.choose(from: list, taken: [:], shortage: 0, now: now).count == 0)
    }

    @Test func aShortageClosesTheLongestIdleOfAll() {
        let (ids, list) = candidates([("a", 60), (nil, 90), ("c", 30), ("d", 2)])
        let shedding = ConnectionShedding(ceiling: 192)
        let chosen = shedding.choose(from: list, taken: taken(list), shortage: 2, now: now)
        #expect(chosen.forPlaces == [ids[1], ids[0]] && chosen.ofAddresses.isEmpty)
        #expect(shedding.choose(from: list, taken: taken(list), shortage: 9, now: now).count == 3)
    }

    @Test func aShortageClosesThoseOfTheLargestAddressFirst() {
        let (ids, list) = candidates([("a", 90), ("b", 3), ("b", 2), ("b", 4), ("b", 1), (nil, 60)])
        let shedding = ConnectionShedding(ceiling: 128)
        let chosen = shedding.choose(from: list, taken: taken(list), shortage: 2, now: now)
        #expect(chosen.forPlaces == [ids[3], ids[1]])
        let more = shedding.choose(from: list, taken: taken(list), shortage: 3, now: now)
        #expect(more.forPlaces == [ids[3], ids[1], ids[0]])
    }

    @Test func anAddressTakesNoMoreThanItLeaves() {
        let shedding = ConnectionShedding(ceiling: 160)
        let (ids, list) = candidates([("a", 1), ("a", 3), ("a", 2)])
        #expect(shedding.chooseOfOne(list, taken: 79, free: 80).isEmpty)
        #expect(shedding.chooseOfOne(list, taken: 20, free: 20) == [ids[1], ids[2]])
        #expect(shedding.chooseOfOne(list, taken: 9, free: 0).isEmpty)
        #expect(shedding.chooseOfOne(list, taken: 10, free: 0) == [ids[1]])
    }

    @Test func thePlacesOfAnAddressAreThoseWithoutALiveResponse() {
        let places = AddressPlaces()
        var phases = [ConnectionActivity.Phase](repeating: .waiting, count: 2)
        let activities = phases.map { _ in ConnectionActivity(places: places) }
        #expect(places.count == 2)
        activities[0].move(from: &phases[0], to: .live)
        #expect(places.count == 1)
        activities[0].move(from: &phases[0], to: .waiting)
        #expect(places.count == 2)
        activities[1].move(from: &phases[1], to: .live)
        for activity in activities { activity.end() }
        activities[1].move(from: &phases[1], to: .waiting)
        #expect(places.count == 0)
    }

    @Test func addressesOfOneIPv6NetworkAreCountedTogether() {
        #expect(AddressPlaces.key(of: "2001:db8:1:2::a") == AddressPlaces.key(of: "2001:db8:1:2:ffff::b"))
        #expect(AddressPlaces.key(of: "2001:db8:1:2::a") != AddressPlaces.key(of: "2001:db8:1:3::a"))
        #expect(AddressPlaces.key(of: "::ffff:192.0.2.1") == "192.0.2.1")
        #expect(AddressPlaces.key(of: "local") == "local")
    }

    @Test func theLargestSharesGiveFirst() {
        #expect(Shares.level(of: [10, 4, 2], removing: 3) == 7)
        #expect(Shares.level(of: [10, 4, 2], removing: 8) == 3)
        #expect(Shares.level(of: [10, 4, 2], removing: 8, least: 4) == 4)
        #expect(Shares.level(of: [2, 1], removing: 1, least: 4) == 4)
        #expect(Shares.level(of: [2, 1], removing: 0) == .max)
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
