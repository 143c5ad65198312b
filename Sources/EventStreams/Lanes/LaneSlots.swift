/// The streams of a lane, in one array. A reference to a slot that has been given to another stream since is known by its
/// generation, so readiness that was reported for the one before it does no harm.
struct LaneSlots {
    struct Reference: Hashable {
        let index: Int32
        let generation: UInt32

        /// As it stands in epoll's data.
        var token: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: index)) }

        init(index: Int, generation: UInt32) {
            self.index = Int32(index)
            self.generation = generation
        }

        init(token: UInt64) {
            index = Int32(bitPattern: UInt32(truncatingIfNeeded: token))
            generation = UInt32(truncatingIfNeeded: token >> 32)
        }
    }

    enum Phase: UInt8 {
        case streaming
        /// Sends its goodbye.
        case ending
        /// Has sent everything, and waits for the client to close, so that unread bytes do not turn the close into a reset.
        case lingering
    }

    struct Slot {
        var state: StreamState
        /// What lies ready for the client, from `offset` on.
        var block: LaneBlock?
        var offset: Int32 = 0
        /// Of its socket; `viaOutlet` where it has none, `unused` where there is no stream.
        var descriptor: Int32
        var outlet: ChannelSubscriber?
        var generation: UInt32
        var group: Int32
        /// Its place among the group's members.
        var member: Int32
        /// What the client has sent without being asked, in bytes.
        var received: UInt32 = 0
        /// The tick at which it will be woken; 0 for none.
        var tick: UInt64 = 0
        var phase = Phase.streaming
        /// Why the stream is over, once it is.
        var end = StreamMetrics.End.left
        /// Has passed everything in the ring: an event that does not concern it costs it nothing, its cursor included.
        var isLive = false
        /// Stands among those that are further than the ring.
        var isAhead = false
        /// Its outlet has said that the client does not take what was written.
        var isHeld = false
        /// Stands in the queue of those that go on in their turn.
        var isQueued = false
    }

    static let unused: Int32 = -1
    static let viaOutlet: Int32 = -2

    private(set) var count = 0
    private var slots: [Slot] = []
    private var free: [Int32] = []

    /// All places, used or not.
    var indices: Range<Int> { slots.indices }

    // Without a copy; but unoptimised code (of Swift 6.3.1) looks at what is yielded when that has been freed.
    #if DEBUG
        subscript(index: Int) -> Slot {
            get { slots[index] }
            _modify { yield &slots[index] }
        }
    #else
        subscript(index: Int) -> Slot {
            _read { yield slots[index] }
            _modify { yield &slots[index] }
        }
    #endif

    func isUsed(_ index: Int) -> Bool { slots[index].descriptor != Self.unused }

    func reference(_ index: Int) -> Reference {
        Reference(index: index, generation: slots[index].generation)
    }

    /// The place of a stream that is still there.
    func index(_ reference: Reference) -> Int? {
        let index = Int(reference.index)
        guard index < slots.count, slots[index].generation == reference.generation, isUsed(index) else { return nil }
        return index
    }

    mutating func insert(_ slot: Slot) -> Int {
        count += 1
        guard let index = free.popLast().map(Int.init) else {
            slots.append(slot)
            slots[slots.count - 1].generation = 1
            return slots.count - 1
        }
        let generation = slots[index].generation
        slots[index] = slot
        slots[index].generation = generation &+ 1
        return index
    }

    mutating func remove(_ index: Int) {
        count -= 1
        slots[index].block = nil
        slots[index].outlet = nil
        slots[index].descriptor = Self.unused
        free.append(Int32(index))
    }
}
