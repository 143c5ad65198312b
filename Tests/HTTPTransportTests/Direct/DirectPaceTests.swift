import Testing

@testable import HTTPTransport

@Suite struct DirectPaceTests {
    @Test func aPauseIsDueAfterEachMillisecondOfWork() {
        var pace = DirectPace()
        let times: [UInt64] = [5_000_000, 5_999_999, 6_000_000, 6_000_001, 9_000_000]
        let pauses = times.filter { pace.beginsPause(at: $0) }
        #expect(pauses == [5_000_000, 6_000_000, 9_000_000])
    }

    @Test func onlyExchangesThatTheServiceWorksOnAreInProgress() {
        let requests = RequestsInProgress()
        let activity = ConnectionActivity(requests: requests)
        var (first, second) = (ConnectionActivity.Phase.waiting, ConnectionActivity.Phase.waiting)
        #expect(requests.isEmpty)
        activity.move(from: &first, to: .working)
        activity.move(from: &second, to: .working)
        #expect(!requests.isEmpty)
        activity.move(from: &first, to: .live)
        #expect(!requests.isEmpty)
        activity.move(from: &second, to: .waiting)
        #expect(requests.isEmpty)
        activity.move(from: &first, to: .waiting)
        #expect(requests.isEmpty)
    }
}
