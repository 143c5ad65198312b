import Glibc
import Primitives

/// A client that opens many streams and publishes events to them, all from one thread, and measures when each event
/// reaches each stream.
final class FanoutDriver {
    enum Pace: Sendable {
        /// As fast as possible, with at most `window` events ahead of the mean that the streams have received.
        case saturated(window: Int)
        /// One event at a time: the next one when all streams have received the last.
        case closed
        /// Events per second by the clock.
        case rate(Double)
    }

    struct Plan: Sendable {
        var target: StreamTarget
        var subscribers: Int
        /// The number of these that stop reading once their streams have begun.
        var stalled = 0
        var pace = Pace.saturated(window: 1000)
        var warmUp = 1.0
        var seconds = 5.0
        /// The process ids of the servers of streams, for their CPU and that of their children.
        var servers: [Int32]
        /// The number of bytes of the first stream to record.
        var recording = 0
        /// True to measure ages by the `recordedAt` in the frames too.
        var measuresAges = false
    }

    struct Outcome: Sendable {
        /// The time until all streams had begun, in seconds.
        var opening = 0.0
        /// The number of deliveries in the measured time.
        var deliveries = 0
        var published = 0
        var bytes = 0
        var elapsed = 0.0
        /// The CPU seconds of the server in the measured time.
        var cpu = 0.0
        /// The time from publishing an event, or from the time for which that was intended, to receiving it.
        var latency = LatencyHistogram()
        /// The time from the event's `recordedAt`, which precedes the commit, to receiving it.
        var age = LatencyHistogram()
        /// The number of streams that the server ended.
        var ended = 0
        /// The number of deliveries that never came.
        var missing = 0
        var frames: [RecordedFrame] = []

        /// Deliveries per second.
        var rate: Double { elapsed > 0 ? Double(deliveries) / elapsed : 0 }
        /// The CPU time of the server for each delivery, in microseconds.
        var cpuEach: Double { deliveries > 0 ? cpu / Double(deliveries) * 1e6 : .nan }
    }

    static let publisherToken = UInt64.max

    let plan: Plan
    let epoll: Epoll
    let pool: SubscriberPool
    let publisher: any EventPublisher
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    private let recorder: StreamRecorder
    private let ages = DeliveryAges()
    private var outcome = Outcome()
    private var isPublisherWaiting = false

    /// The time at which each event was published, or was intended to be.
    private var publishedAt: [UInt64] = []
    private var measuredFrom = UInt64.max
    private var measuredUntil = UInt64.max
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

    /// Runs the load. Blocks the thread until the last event has been received, at most for ten seconds after
    /// publishing.
    func run() throws -> Outcome {
        defer { publisher.end() }
        if plan.measuresAges || plan.recording > 0 {
            pool.onFirstStreamBytes = { [recorder, ages, plan] bytes in
                recorder.consume(bytes)
                if plan.measuresAges { ages.consume(bytes) }
            }
        }
        pool.smallBuffersFrom = readers
        outcome.opening = try StreamOpener.open(plan.subscribers, in: pool, epoll)
        for index in readers..<plan.subscribers { try pool.stall(index) }
        try epoll.add(publisher.descriptor, token: Self.publisherToken, events: .readable)
        let start = Clock.now()
        let (warm, end) = (start + plan.warmUp.nanoseconds, start + (plan.warmUp + plan.seconds).nanoseconds)
        try publishAll(from: start, measuringFrom: warm, until: end)
        try drain()
        outcome.published = publishedAt.count
        outcome.ended = pool.ended
        outcome.missing = publishedAt.count * readers - pool.events
        outcome.age = ages.histogram
        outcome.frames = RecordedFrame.all(in: recorder.text)
        return outcome
    }

    private func publishAll(from start: UInt64, measuringFrom warm: UInt64, until end: UInt64) throws {
        var schedule: SendSchedule?
        if case .rate(let rate) = plan.pace {
            schedule = SendSchedule(start: start, rate: rate, seconds: plan.warmUp + plan.seconds)
        }
        while true {
            let now = Clock.now()
            if now >= warm, measuredFrom == .max { beginMeasuring(from: now, until: end) }
            if now >= end { break }
            switch plan.pace {
            case .saturated(let window): try publish(upTo: window, at: now)
            case .closed: if pool.events >= publishedAt.count * readers { try publish(1, intendedAt: now) }
            case .rate:
                while let intended = schedule?.take(at: now) { try publish(1, intendedAt: intended) }
            }
            try poll(until: min(measuredFrom == .max ? warm : end, schedule?.next ?? end))
        }
        endMeasuring()
    }

    private func beginMeasuring(from now: UInt64, until end: UInt64) {
        (measuredFrom, measuredUntil) = (now, end)
        outcome.bytes = -pool.bytes
        cpuBefore = cpu()
    }

    private func endMeasuring() {
        outcome.elapsed = (Clock.now() - measuredFrom).seconds
        outcome.bytes += pool.bytes
        outcome.cpu = cpu() - cpuBefore
        measuredUntil = min(measuredUntil, Clock.now())
    }

    private func cpu() -> Double { plan.servers.reduce(0) { $0 + ProcessUsage.cpuWithChildren($1) } }

    /// Publishes events in small groups, which keep the streams busy without a burst.
    private func publish(upTo window: Int, at now: UInt64) throws {
        while publisher.hasRoom, publishedAt.count - pool.events / max(readers, 1) < window {
            try publish(min(8, window), intendedAt: now)
        }
    }

    private func publish(_ count: Int, intendedAt time: UInt64) throws {
        for _ in 0..<count { publishedAt.append(time) }
        try publisher.publish(count)
        try updatePublisherInterest()
    }

    private func updatePublisherInterest() throws {
        guard publisher.isAwaitingRoom != isPublisherWaiting else { return }
        isPublisherWaiting.toggle()
        try epoll.modify(
            publisher.descriptor,
            token: Self.publisherToken,
            events: isPublisherWaiting ? [.readable, .writable] : .readable
        )
    }

    private func poll(until deadline: UInt64) throws {
        try epoll.wait(until: deadline) { ready in
            if ready.token == Self.publisherToken {
                if ready.isWritable { try publisher.flush() }
                if ready.isReadable { try publisher.receive(buffer) }
                try updatePublisherInterest()
            } else {
                try pool.handle(ready, onEvents: received)
            }
        }
    }

    private func received(_ index: Int, _ before: Int, _ count: Int) {
        let now = Clock.now()
        if plan.measuresAges { ages.recordArrival(of: count, from: before, at: Clock.wall()) }
        guard now >= measuredFrom, now <= measuredUntil else { return }
        outcome.deliveries += count
        for event in before..<min(before + count, publishedAt.count) {
            outcome.latency.record(nanoseconds: now - min(publishedAt[event], now))
        }
    }

    /// Waits until everything published has been received, to detect losses.
    private func drain() throws {
        let limit = Clock.now() + 10_000_000_000
        while pool.events < publishedAt.count * (readers - pool.ended), Clock.now() < limit {
            try poll(until: Clock.now() + 100_000_000)
        }
    }
}
