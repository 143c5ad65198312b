import Glibc
import Primitives

/// Opens many streams and publishes to them, all from one thread, and tells when each event reached each stream.
final class FanoutDriver {
    enum Pace: Sendable {
        /// As fast as it goes, at most so many events ahead of what the streams have received in the mean.
        case saturated(window: Int)
        /// One event, all its deliveries, the next.
        case closed
        /// Events a second, by the clock.
        case rate(Double)
    }

    struct Plan: Sendable {
        var target: StreamTarget
        var subscribers: Int
        /// Of these, how many never read once their streams have begun.
        var stalled = 0
        var pace = Pace.saturated(window: 1000)
        var warmUp = 1.0
        var seconds = 5.0
        /// The server's process and its children, for its CPU.
        var server: Int32
        /// Keep the first stream's beginning, in bytes.
        var recording = 0
        /// Tell ages by the `recordedAt` in the frames too.
        var followsCommits = false
    }

    struct Outcome: Sendable {
        /// Until all streams had begun, in seconds.
        var opening = 0.0
        /// In the measured time.
        var deliveries = 0
        var published = 0
        var bytes = 0
        var elapsed = 0.0
        /// CPU seconds of the server in the measured time.
        var cpu = 0.0
        /// From publishing an event, or the moment for which that was intended, until it was received.
        var latency = LatencyHistogram()
        /// From the event's `recordedAt`, which precedes the commit.
        var age = LatencyHistogram()
        /// Streams that the server ended, and events that never came.
        var ended = 0
        var missing = 0
        var frames: [RecordedFrame] = []

        var rate: Double { elapsed > 0 ? Double(deliveries) / elapsed : 0 }
        /// In microseconds.
        var cpuEach: Double { deliveries > 0 ? cpu / Double(deliveries) * 1e6 : .nan }
    }

    static let publisherToken = UInt64.max

    let plan: Plan
    let epoll: Epoll
    let pool: SubscriberPool
    let publisher: any EventPublisher
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    private let recorder: StreamRecorder
    private let commits = CommitTimes()
    private var outcome = Outcome()
    private var isPublisherWaiting = false

    /// When each event was published, or meant to be.
    private var publishedAt: [UInt64] = []
    private var from = UInt64.max
    private var until = UInt64.max
    private var cpuBefore = 0.0

    init(_ plan: Plan, _ publisher: (Epoll) throws -> any EventPublisher) throws {
        self.plan = plan
        epoll = try Epoll(capacity: 1024)
        pool = SubscriberPool(plan.target, capacity: plan.subscribers, epoll: epoll)
        self.publisher = try publisher(epoll)
        recorder = StreamRecorder(limit: plan.recording)
    }

    deinit { buffer.deallocate() }

    private var readers: Int { plan.subscribers - plan.stalled }

    /// Blocks its thread until the last event has been received, or has had ten seconds to be.
    func run() throws -> Outcome {
        defer { publisher.end() }
        if plan.followsCommits || plan.recording > 0 {
            pool.onFirst = { [recorder, commits, plan] bytes in
                recorder.consume(bytes)
                if plan.followsCommits { commits.consume(bytes) }
            }
        }
        pool.narrowFrom = readers
        outcome.opening = try StreamOpening.open(pool, epoll, plan.subscribers)
        for index in readers..<plan.subscribers { try pool.stall(index) }
        try epoll.add(publisher.descriptor, token: Self.publisherToken, events: .readable)
        let start = Clock.now()
        let (warm, end) = (start + plan.warmUp.nanoseconds, start + (plan.warmUp + plan.seconds).nanoseconds)
        try publish(start, warm, end)
        try drain()
        outcome.published = publishedAt.count
        outcome.ended = pool.ended
        outcome.missing = publishedAt.count * readers - pool.events
        outcome.age = commits.ages
        outcome.frames = RecordedFrame.all(in: recorder.text)
        return outcome
    }

    private func publish(_ start: UInt64, _ warm: UInt64, _ end: UInt64) throws {
        var schedule: SendSchedule?
        if case .rate(let rate) = plan.pace {
            schedule = SendSchedule(start: start, rate: rate, seconds: plan.warmUp + plan.seconds)
        }
        while true {
            let now = Clock.now()
            if now >= warm, from == .max { beginMeasuring(now, end) }
            if now >= end { break }
            switch plan.pace {
            case .saturated(let window): try fill(window, now)
            case .closed: if pool.events >= publishedAt.count * readers { try put(1, now) }
            case .rate:
                while let intended = schedule?.take(at: now) { try put(1, intended) }
            }
            try turn(until: min(from == .max ? warm : end, schedule?.next ?? end))
        }
        endMeasuring()
    }

    private func beginMeasuring(_ now: UInt64, _ end: UInt64) {
        (from, until) = (now, end)
        outcome.bytes = -pool.bytes
        cpuBefore = ProcessUsage.cpuOfFamily(plan.server)
    }

    private func endMeasuring() {
        outcome.elapsed = (Clock.now() - from).seconds
        outcome.bytes += pool.bytes
        outcome.cpu = ProcessUsage.cpuOfFamily(plan.server) - cpuBefore
        until = min(until, Clock.now())
    }

    /// Some events at once, as a busy shop's: small groups keep the streams fed without a burst.
    private func fill(_ window: Int, _ now: UInt64) throws {
        while publisher.hasRoom, publishedAt.count - pool.events / max(readers, 1) < window {
            try put(min(8, window), now)
        }
    }

    private func put(_ count: Int, _ moment: UInt64) throws {
        for _ in 0..<count { publishedAt.append(moment) }
        try publisher.publish(count)
        try watchPublisher()
    }

    private func watchPublisher() throws {
        guard publisher.isAwaitingRoom != isPublisherWaiting else { return }
        isPublisherWaiting.toggle()
        try epoll.modify(
            publisher.descriptor,
            token: Self.publisherToken,
            events: isPublisherWaiting ? [.readable, .writable] : .readable
        )
    }

    private func turn(until deadline: UInt64) throws {
        try epoll.wait(until: deadline) { ready in
            if ready.token == Self.publisherToken {
                if ready.isWritable { try publisher.flush() }
                if ready.isReadable { try publisher.receive(buffer) }
                try watchPublisher()
            } else {
                try pool.handle(ready, onEvents: received)
            }
        }
    }

    private func received(_ index: Int, _ before: Int, _ count: Int) {
        let now = Clock.now()
        if plan.followsCommits { commits.note(Clock.wall(), before, count) }
        guard now >= from, now <= until else { return }
        outcome.deliveries += count
        for event in before..<min(before + count, publishedAt.count) {
            outcome.latency.record(nanoseconds: now - min(publishedAt[event], now))
        }
    }

    /// What has been published is waited for, to be sure that nothing is lost.
    private func drain() throws {
        let limit = Clock.now() + 10_000_000_000
        while pool.events < publishedAt.count * (readers - pool.ended), Clock.now() < limit {
            try turn(until: Clock.now() + 100_000_000)
        }
    }
}
