import Glibc
import Primitives

/// The loop of a lane's thread: waits for sockets, mail and timers, and lets the lane's streams advance.
///
/// All state belongs to that thread. Other threads reach it by the lane's mailbox and the hub's recent events.
final class LaneLoop {
    private static let wakeUpToken = UInt64.max
    private static let eventCount = 512
    /// The most queued streams that advance in one turn, so that streams which catch up delay no others.
    private static let advancesPerTurn = 64
    /// The longest sleep, in nanoseconds.
    private static let longestSleep: UInt64 = 60_000_000_000
    /// The time after which adoptions are looked for that followed others and woke nobody, in nanoseconds. Sockets that
    /// become ready meanwhile do not shorten it: each new one is writable at once.
    private static let adoptionTime: UInt64 = 1_000_000

    private let lane: Lane
    private let hub: StreamHub
    private let epoll: Epoll
    private let streams: LaneStreams
    /// The time until which the lane waits for adoptions of which nobody tells it; nil where it is told.
    private var adoptionsAt: UInt64?

    init(of lane: Lane, epoll: Epoll, hub: StreamHub, reads: LaneReads) {
        self.lane = lane
        self.epoll = epoll
        self.hub = hub
        streams = LaneStreams(of: lane, epoll: epoll, hub: hub, reads: reads)
    }

    /// Makes the epoll instance of a lane, which watches the lane's wake-up descriptor.
    ///
    /// - Throws: when the process has no descriptor left.
    static func makeEpoll(for lane: Lane) throws(SystemCallError) -> Epoll {
        let epoll = try Epoll(capacity: eventCount)
        try epoll.add(lane.wakeUp.descriptor, token: wakeUpToken, events: .readable)
        return epoll
    }

    /// Runs until the lane is stopped.
    ///
    /// - Throws: when the system refuses to wait. The lane is over then, and its streams are closed: their clients
    ///   return with their ids.
    func run() throws(SystemCallError) {
        streams.begin()
        // The hub has had events before the lane is first woken.
        streams.receiveEvents()
        while true {
            let ready = try waitForReady()
            let now = SystemClock.monotonicNanoseconds()
            streams.beginTurn(at: now)
            var isWoken = false
            for descriptor in ready {
                if descriptor.token == Self.wakeUpToken {
                    isWoken = true
                } else {
                    streams.socketReady(LaneSlots.Reference(token: descriptor.token), descriptor.events)
                }
            }
            if isWoken || adoptionsAt.map({ $0 <= now }) == true, !handleMailbox(isWoken: isWoken, at: now) { return }
            streams.fireTimers()
            streams.resumeQueued(atMost: Self.advancesPerTurn)
            streams.endTurn()
        }
    }

    private func waitForReady() throws(SystemCallError) -> Epoll.ReadyList {
        do {
            return try epoll.waitOrFail(nanoseconds: sleepDuration)
        } catch {
            lane.stop()
            _ = handleMailbox(isWoken: true, at: SystemClock.monotonicNanoseconds())
            throw error
        }
    }

    private var sleepDuration: UInt64 {
        guard !streams.hasQueued else { return 0 }
        let next = min(streams.nextTimer ?? .max, adoptionsAt ?? .max)
        guard next < .max else { return Self.longestSleep }
        let now = SystemClock.monotonicNanoseconds()
        return next > now ? min(next - now, Self.longestSleep) : 0
    }

    /// - Returns: false when the lane has ended.
    private func handleMailbox(isWoken: Bool, at now: UInt64) -> Bool {
        let mail = lane.takeMail(isWoken: isWoken)
        adoptionsAt = mail.adoptions.isEmpty ? nil : now &+ Self.adoptionTime
        guard !mail.isStopped else {
            for stream in mail.adoptions {
                stream.transport.close()
                lane.streamClosed()
                hub.metrics?.ended(StreamMetrics.Kind(stream.view.filter.subject), reason: .shutdown)
            }
            streams.closeAll()
            return false
        }
        // Events come first: an adopted stream may be further than this lane was.
        streams.receiveEvents()
        for (read, outcome) in mail.outcomes { streams.deliver(outcome, of: read) }
        for stream in mail.adoptions { streams.adopt(stream) }
        for reference in mail.backpressured { streams.channelBackpressured(reference) }
        for reference in mail.writable { streams.channelWritable(reference) }
        for reference in mail.closed { streams.channelClosed(reference) }
        if mail.endsWithdrawn { streams.endWithdrawn() }
        if mail.endsAll { streams.endAll() }
        if mail.isDraining { streams.drain() }
        if mail.releasesMemory { MemoryTrimmer.releaseOwnMemory() }
        return true
    }
}
