import HTTPTransport

/// The streams of a lane, in one array of slots. A slot is used again for another stream. References carry a
/// generation, so that a late report about the former stream does not reach the later one.
struct LaneSlots {
    struct Reference: Hashable {
        let index: Int32
        let generation: UInt32

        /// The reference as epoll keeps it.
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
        /// Sends its last block.
        case ending
        /// Has sent everything and waits until the client closes, so that unread bytes do not turn the close into a TCP
        /// reset.
        case awaitingPeerClose
    }

    struct Slot {
        var state: StreamState
        /// The block that is ready for the client, from `offset` on; nil when nothing is.
        var block: LaneBlock?
        var offset: Int32 = 0
        /// The descriptor of the stream's socket; `viaChannel` for a stream on a channel, `unused` for a slot without
        /// stream.
        var descriptor: Int32
        var subscriber: ChannelSubscriber?
        /// The TLS session that encrypts what the stream's socket sends; nil for clear text.
        var session: TLSSession?
        /// The rights that the stream needs.
        var grants: [StreamGrant] = []
        /// The stream's place among all, which is free once the slot is.
        var place: StreamPlace?
        var generation: UInt32
        /// The index of the stream's group.
        var group: Int32
        /// The index among the group's members.
        var member: Int32
        /// The bytes that the client has sent on the stream.
        var received: UInt32 = 0
        /// The tick at which the timer fires; 0 when no timer is set.
        var tick: UInt64 = 0
        var phase = Phase.streaming
        /// The reason why the stream ends, as metrics count it.
        var endReason = StreamMetrics.EndReason.left
        /// True when the stream has passed all recent events. An event that does not concern the stream then costs
        /// nothing, and the cursor in `state` is behind the stream's true cursor: see `LaneSteps.materializeCursor`.
        var isCaughtUp = false
        /// True when the stream is further than the recent events of the lane.
        var isAheadOfRecentEvents = false
        /// True when the event loop has reported that the client does not take what was written.
        var isBackpressured = false
        /// True when the stream waits in the queue for its turn.
        var isQueued = false
    }

    static let unused: Int32 = -1
    static let viaChannel: Int32 = -2

    private(set) var count = 0
    private var slots: [Slot] = []
    private var free: [Int32] = []

    /// The indices of all slots, used or not.
    var indices: Range<Int> { slots.indices }

    // Accesses without a copy. Unoptimised code (Swift 6.3.1) reads what is yielded after it was freed, hence the
    // getter.
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

    /// False for a slot without stream.
    func isUsed(_ index: Int) -> Bool { slots[index].descriptor != Self.unused }

    func reference(to index: Int) -> Reference {
        Reference(index: index, generation: slots[index].generation)
    }

    /// The index of a stream; nil when the stream was removed.
    func index(of reference: Reference) -> Int? {
        let index = Int(reference.index)
        guard index < slots.count, slots[index].generation == reference.generation, isUsed(index) else { return nil }
        return index
    }

    /// - Returns: the index of the slot, whose generation is set here.
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
        slots[index].subscriber = nil
        slots[index].session = nil
        slots[index].grants = []
        slots[index].place = nil
        slots[index].descriptor = Self.unused
        free.append(Int32(index))
    }
}
