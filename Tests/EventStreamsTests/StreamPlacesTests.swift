import Logging
import OrderLog
import Testing

@testable import EventStreams

@Suite struct StreamPlacesTests {
    private static let eager = StreamCaller.customer(CustomerKey(shop: "aurora", customer: "eager"))

    @Test func aCallerHasAsManyPlacesAsOneMayHave() throws {
        let places = StreamPlaces(maximum: 10, maximumPerCaller: 2)
        var own = [
            try places.take(for: Self.eager, knownForks: 0, at: 0),
            try places.take(for: Self.eager, knownForks: 0, at: 0),
        ]
        #expect(refusal { try places.take(for: Self.eager, knownForks: 0, at: 0) } == "callerFull(refusals: 0)")
        #expect(refusal { try places.take(for: Self.eager, knownForks: 0, at: 0) } == "callerFull(refusals: 1)")
        // One caller's excess costs nobody else a place, nor a longer delay.
        let link = try places.take(for: .link("a"), knownForks: 0, at: 0)
        let staff = try places.take(for: nil, knownForks: 0, at: 0)
        #expect(places.open == 4 && places.extraDelay(at: 0) == 0)
        own.removeLast()
        own.append(try places.take(for: Self.eager, knownForks: 0, at: 0))
        #expect(refusal { try places.take(for: Self.eager, knownForks: 0, at: 0) } == "callerFull(refusals: 0)")
        withExtendedLifetime((own, link, staff)) {}
    }

    @Test func placesAreFreeOnceNothingRefersToThem() throws {
        let places = StreamPlaces(maximum: 1, maximumPerCaller: 1)
        for _ in 0..<3 {
            let place = try places.take(for: Self.eager, knownForks: 7, at: 0)
            #expect(place.knownForks == 7 && places.open == 1)
            #expect(refusal { try places.take(for: nil, knownForks: 0, at: 0) } == "full")
        }
        #expect(places.open == 0 && places.taken == 3)
    }

    @Test func delaysGrowWhileOpeningsAreRefusedAndShrinkAfterwards() {
        var pressure = RefusalPressure()
        #expect(pressure.extraMilliseconds(at: 0) == 0)
        for _ in 0..<5000 { pressure.refused(at: 1_000_000_000) }
        #expect(pressure.extraMilliseconds(at: 1_000_000_000) >= 4999)
        #expect((1500...2000).contains(pressure.extraMilliseconds(at: 16_000_000_000)))
        #expect(pressure.extraMilliseconds(at: 200_000_000_000) == 0)
        for _ in 0..<200_000 { pressure.refused(at: 300_000_000_000) }
        #expect(pressure.extraMilliseconds(at: 300_000_000_000) == 57_000)
    }

    private func refusal(_ body: () throws -> StreamPlace) -> String {
        do {
            _ = try body()
            return "taken"
        } catch {
            return "\(error)"
        }
    }

    @Test func linesOfTheLogNameTheStreamsRequest() throws {
        let places = StreamPlaces(maximum: 1, maximumPerCaller: 1)
        let place = try places.take(for: nil, requestId: "r-1", knownForks: 0, at: 0)
        #expect(Logger(label: "places").naming(place)[metadataKey: "hb.request.id"] == "r-1")
        #expect(Logger(label: "places").naming(nil)[metadataKey: "hb.request.id"] == nil)
    }
}
