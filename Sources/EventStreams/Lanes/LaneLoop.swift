import DequeModule
import Glibc
import Logging
import OrderLog
import Primitives

/// What a lane's thread does: waits for sockets and the bell, hands out events, lets slow streams go on.
///
/// All of it belongs to that thread. What comes from elsewhere comes by the lane's mailbox and the hub's ring.
final class LaneLoop {
    typealias Reference = LaneSlots.Reference

    private static let bell = UInt64.max
    private static let eventCount = 512
    private static let watchedEvents: Epoll.Events = [.readable, .writable, .peerClosed, .edgeTriggered]
    /// Streams that go on before what has come in meanwhile is looked at: so those that catch up delay nobody.
    private static let stride = 64

    let lane: Lane
    let hub: StreamHub
    let reads: LaneReads
    let heartbeat: UInt64
    let stallDeadline: UInt64
    private let epoll: Epoll

    var slots = LaneSlots()
    var groups = LaneGroups()
    var timers: LaneTimers
    /// For conflated streams, whose ticks come closer together than anything else.
    var ticks: LaneTimers
    /// The same frames as the hub's.
    var ring: RecentEvents
    var history = EpochTable()
    /// Where history was cut, cut by cut.
    var forks: [Int64] = []
    /// Streams that go on in their turn.
    var queue: Deque<Reference> = []
    /// Streams that are further than the ring, which the tail has yet to reach.
    var ahead: [Reference] = []
    /// Streams that wait for a read.
    var waiting: [LaneRead: [Reference]] = [:]
    var pages = LanePages()
    var cursors = HeartbeatCache()
    var tally = LaneCounters()
    var batch = ChannelWriteBatch()
    var isDraining = false
    var turn: UInt64 = 0
    var now = SystemClock.monotonicNanoseconds()

    init(_ lane: Lane, epoll: Epoll, hub: StreamHub, reads: LaneReads) {
        self.lane = lane
        self.epoll = epoll
        self.hub = hub
        self.reads = reads
        heartbeat = max(hub.settings.heartbeat.wholeNanoseconds, 1_000_000)
        stallDeadline = max(hub.settings.stallDeadline.wholeNanoseconds, 1_000_000)
        timers = LaneTimers(now: now, resolution: max(min(heartbeat, stallDeadline) / 128, 1_000_000))
        ticks = LaneTimers(now: now, resolution: 5_000_000)
        ring = RecentEvents(after: 0, capacity: hub.settings.ringCapacity)
    }

    /// - Throws: when no descriptor is left.
    static func makeEpoll(for lane: Lane) throws(SystemCallError) -> Epoll {
        let epoll = try Epoll(capacity: eventCount)
        try epoll.add(lane.wakeUp.descriptor, token: bell, events: .readable)
        return epoll
    }

    func run() {
        // Before the first bell: the hub's ring has begun long ago.
        receive()
        while true {
            let descriptors = epoll.wait(nanoseconds: patience)
            now = SystemClock.monotonicNanoseconds()
            var isRung = false
            for descriptor in descriptors {
                if descriptor.token == Self.bell { isRung = true } else { ready(descriptor.token, descriptor.events) }
            }
            if isRung, !heard() { return }
            for entry in timers.due(now) + ticks.due(now) { woken(entry) }
            for _ in 0..<min(queue.count, Self.stride) { goOn() }
            batch.send(from: lane)
            lane.setBlocked(tally.blocked)
            tally.report(to: hub.metrics)
        }
    }

    /// How long the lane may sleep, in nanoseconds.
    private var patience: UInt64 {
        guard queue.isEmpty else { return 0 }
        guard let next = Self.first(timers.next, ticks.next) else { return 60_000_000_000 }
        now = SystemClock.monotonicNanoseconds()
        return next > now ? next - now : 0
    }

    private static func first(_ one: UInt64?, _ other: UInt64?) -> UInt64? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// - Returns: false when the lane has ended.
    private func heard() -> Bool {
        let mail = lane.takeMail()
        guard !mail.isStopped else {
            for stream in mail.adoptions {
                stream.way.close()
                lane.closed()
                hub.metrics?.ended(StreamMetrics.Kind(stream.view.filter.subject), .shutdown)
            }
            for index in slots.indices where slots.isUsed(index) { remove(index) }
            batch.send(from: lane)
            return false
        }
        // First the ring: a stream that comes in may know more than this lane did.
        receive()
        for (read, outcome) in mail.outcomes { deliver(read, outcome) }
        for stream in mail.adoptions { adopt(stream) }
        hear(mail)
        if mail.isDraining, !isDraining { drain() }
        return true
    }

    // MARK: Streams come and go

    private func adopt(_ stream: Lane.Adoption) {
        var state = StreamState(
            cursor: stream.cursor,
            heartbeatAt: now &+ heartbeat,
            expiresAt: stream.expiresAt,
            expiry: stream.expiry,
            tick: stream.view.tick,
            now: now
        )
        for seq in forks.dropFirst(stream.forks) { state.forked(after: seq) }
        if isDraining { state.end(.shutdown) }
        let group = groups.group(stream.view)
        let index = slots.insert(
            LaneSlots.Slot(
                state: state,
                descriptor: stream.way.descriptor,
                outlet: stream.way.outlet,
                generation: 0,
                group: group,
                member: Int32(groups[group].members.count)
            )
        )
        groups[group].members.append(Int32(index))
        switch stream.way {
        case .outlet(let outlet):
            guard outlet.belongs(to: lane, as: slots.reference(index)) else { return remove(index) }
        case .socket(let descriptor):
            LaneSocket.prepare(descriptor)
            do {
                try epoll.add(descriptor, token: slots.reference(index).token, events: Self.watchedEvents)
            } catch {
                hub.logger.warning("a stream cannot be watched", metadata: ["error": "\(error)"])
                return remove(index)
            }
        }
        drive(index)
    }

    /// Closes a stream; the kernel forgets the descriptor with that.
    func remove(_ index: Int) {
        let slot = slots[index]
        if let outlet = slot.outlet {
            outlet.loop.execute { outlet.channel.close() }
            if slot.isHeld { tally.blocked -= 1 }
        } else {
            close(slot.descriptor)
            if slot.state.isBlocked { tally.blocked -= 1 }
        }
        hub.metrics?.ended(StreamMetrics.Kind(groups[slot.group].view.filter.subject), slot.end)
        // The last of the group takes its place.
        let last = groups[slot.group].members.removeLast()
        if Int(last) != index {
            groups[slot.group].members[Int(slot.member)] = last
            slots[Int(last)].member = slot.member
        }
        if groups[slot.group].members.isEmpty { groups.remove(slot.group) }
        slots.remove(index)
        lane.closed()
    }

    private func drain() {
        isDraining = true
        for index in slots.indices where slots.isUsed(index) {
            slots[index].state.end(.shutdown)
            drive(index)
        }
    }

    private func goOn() {
        guard let reference = queue.popFirst(), let index = slots.index(reference) else { return }
        slots[index].isQueued = false
        drive(index)
    }

    private func woken(_ entry: LaneTimers.Entry) {
        guard let index = slots.index(entry.slot), slots[index].tick == entry.tick else { return }
        slots[index].tick = 0
        switch slots[index].phase {
        case .streaming: drive(index)
        case .lingering: remove(index)
        case .ending:
            switch slots[index].state.next(ring.bounds, now: now, stallDeadline: stallDeadline) {
            case .wait(let moment): wake(index, at: moment)
            default: remove(index)
            }
        }
    }

    /// Sees to it that a stream is looked at no later than about that moment.
    func wake(_ index: Int, at moment: UInt64) {
        if groups[slots[index].group].view.filter.tick != nil { return wake(index, at: moment, by: &ticks) }
        wake(index, at: moment, by: &timers)
    }

    private func wake(_ index: Int, at moment: UInt64, by timers: inout LaneTimers) {
        let tick = slots[index].tick
        guard tick == 0 || timers.tick(for: moment) < tick else { return }
        slots[index].tick = timers.schedule(slots.reference(index), at: moment)
    }

    /// Lets a stream go on when its turn comes.
    func enqueue(_ index: Int) {
        guard !slots[index].isQueued else { return }
        slots[index].isQueued = true
        queue.append(slots.reference(index))
    }
}
