import NIOCore
import Synchronization

/// The state of one connection, as far as the limits need to know it. Changed on the connection's event loop; read
/// anywhere.
final class ConnectionActivity: Sendable {
    /// The state of an HTTP/1.1 connection, or of one stream of HTTP/2.
    enum Phase: Sendable {
        /// The client's turn has come: to send a request or the rest of one, or to take a response.
        case waiting
        /// The service answers a request.
        case working
        /// A live response is open.
        case live
    }

    /// The time since when the client's turn has been, in nanoseconds; 0 while it is the service's turn.
    private let waitingSince: Atomic<UInt64>
    /// Exchanges that are not waiting. An HTTP/2 connection has several.
    private let busyCount = Atomic(0)
    /// Exchanges whose response is live.
    private let liveCount = Atomic(0)
    private let hasEnded = Atomic(false)
    /// The places of the client's address; nil where they are not counted.
    private let places: AddressPlaces?
    /// The count of exchanges that the service is working on.
    private let requests: RequestsInProgress

    /// Takes a place of the address.
    init(
        now: NIODeadline = .now(),
        places: AddressPlaces? = nil,
        requests: RequestsInProgress = .shared
    ) {
        self.requests = requests
        waitingSince = Atomic(now.uptimeNanoseconds)
        self.places = places
        places?.add(1)
    }

    /// The connection has ended: gives its place back.
    func end() {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        if liveCount.load(ordering: .relaxed) == 0 { places?.add(-1) }
    }

    /// Notes the change of one exchange.
    func move(from phase: inout Phase, to next: Phase) {
        guard next != phase else { return }
        let (wasBusy, isBusy) = (phase != .waiting, next != .waiting)
        let (wasLive, isLive) = (phase == .live, next == .live)
        if phase == .working { requests.add(-1) }
        if next == .working { requests.add(1) }
        phase = next
        if wasLive != isLive { addLive(isLive ? 1 : -1) }
        guard wasBusy != isBusy else { return }
        let busy = busyCount.load(ordering: .relaxed) + (isBusy ? 1 : -1)
        busyCount.store(busy, ordering: .relaxed)
        waitingSince.store(busy == 0 ? NIODeadline.now().uptimeNanoseconds : 0, ordering: .relaxed)
    }

    private func addLive(_ count: Int) {
        let live = liveCount.load(ordering: .relaxed) + count
        liveCount.store(live, ordering: .relaxed)
        guard !hasEnded.load(ordering: .relaxed) else { return }
        if count > 0, live == 1 { places?.add(-1) }
        if count < 0, live == 0 { places?.add(1) }
    }

    /// The time since when the client's turn has been; nil while it is not.
    var waiting: NIODeadline? {
        let since = waitingSince.load(ordering: .relaxed)
        return since == 0 ? nil : .uptimeNanoseconds(since)
    }
}
