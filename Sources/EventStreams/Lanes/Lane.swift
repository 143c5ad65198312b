import Foundation
import Primitives
import Synchronization

/// The side of a lane that other threads use: a mailbox, which the lane's thread empties.
final class Lane: Sendable {
    /// A stream whose preamble has been sent, about to be served by the lane.
    struct Adoption: Sendable {
        /// Belongs to the lane from now on.
        let transport: SubscriberTransport
        let view: StreamView
        /// Bytes that go out before all others, in the coding of the body.
        var unsent: [UInt8] = []
        /// The last event that the stream has passed.
        let cursor: Int64
        /// The event whose id the client has.
        let shown: Int64
        /// The time at which the stream ends by itself, in nanoseconds of the monotonic clock.
        let expiresAt: UInt64
        /// The `bye` reason for that.
        let expiryReason: ControlFrame.ByeReason
        /// The rights that the stream needs.
        var grants: [StreamGrant] = []
        /// The number of forks that were known when the cursor was read.
        let knownForks: Int
        /// The stream's place among all; nil where places are not counted.
        let place: StreamPlace?
    }

    struct Mail {
        var adoptions: [Adoption] = []
        /// The lane looks for adoptions soon, without being woken.
        var awaitsAdoptions = false
        var outcomes: [(read: LaneRead, outcome: LaneReads.Outcome)] = []
        /// Streams on channels whose clients can take more.
        var writable: [LaneSlots.Reference] = []
        /// Streams on channels whose clients have not taken what was written.
        var backpressured: [LaneSlots.Reference] = []
        /// Streams on channels whose clients have left.
        var closed: [LaneSlots.Reference] = []
        /// Grants were withdrawn since the last turn.
        var endsWithdrawn = false
        /// All streams are to go elsewhere.
        var endsAll = false
        /// Unused memory goes back to the system.
        var releasesMemory = false
        var isDraining = false
        var isStopped = false
    }

    let wakeUp: WakeUpDescriptor
    private let mail = Mutex(Mail())
    private let isWakePending = Atomic(false)
    /// The number of times that events came while the lane had no stream.
    private let unseen = Atomic(0)
    private let open = Atomic(0)
    private let blocked = Atomic(0)

    /// - Throws: when the process has no descriptor left.
    init() throws(SystemCallError) {
        wakeUp = try WakeUpDescriptor()
    }

    /// The number of streams that belong to the lane, those in its mailbox included.
    var count: Int { open.load(ordering: .relaxed) }

    /// Wakes the lane's thread. Several calls before the thread runs count as one.
    func wake() {
        guard !isWakePending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        wakeUp.wakeUp()
    }

    /// Wakes the lane's thread for new events. A lane without streams takes them now and then: the first stream to come
    /// finds few that the lane lacks.
    func eventsCame() {
        guard count == 0 else { return wake() }
        if unseen.wrappingAdd(1, ordering: .relaxed).newValue.isMultiple(of: 32) { wake() }
    }

    /// Gives a stream to the lane.
    ///
    /// - Returns: false when the lane has ended; the transport still belongs to the caller then.
    func adopt(_ stream: Adoption) -> Bool {
        let (isTaken, isAwaited) = mail.withLock { mail in
            guard !mail.isStopped else { return (false, false) }
            mail.adoptions.append(stream)
            open.wrappingAdd(1, ordering: .relaxed)
            return (true, mail.awaitsAdoptions)
        }
        // While thousands of streams open, the lane takes those of a millisecond together.
        if isTaken, !isAwaited { wake() }
        return isTaken
    }

    /// Gives the outcome of a read that the lane asked for.
    func deliver(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        mail.withLock { $0.outcomes.append((read, outcome)) }
        wake()
    }

    /// Reports which streams on channels may be written to after a flush, and which may not.
    func writesFlushed(writable: [LaneSlots.Reference], backpressured: [LaneSlots.Reference]) {
        mail.withLock { mail in
            mail.writable += writable
            mail.backpressured += backpressured
        }
        wake()
    }

    /// Reports that the client of a stream on a channel has left.
    func subscriberClosed(_ reference: LaneSlots.Reference) {
        mail.withLock { $0.closed.append(reference) }
        wake()
    }

    /// Asks the streams to end one of whose grants was withdrawn.
    func endWithdrawnStreams() {
        mail.withLock { $0.endsWithdrawn = true }
        wake()
    }

    /// Asks every stream to end, and serves new ones.
    func endAllStreams() {
        mail.withLock { $0.endsAll = true }
        wake()
    }

    /// Asks the thread to return the memory that it has freed to the system.
    func releaseMemory() {
        mail.withLock { $0.releasesMemory = true }
        wake()
    }

    /// Asks every stream to end.
    func drain() {
        mail.withLock { $0.isDraining = true }
        wake()
    }

    /// Closes the streams that are still open, and ends the thread.
    func stop() {
        mail.withLock { $0.isStopped = true }
        wake()
    }

    // MARK: On the lane's thread

    /// True once the lane is to end.
    var isStopped: Bool { mail.withLock { $0.isStopped } }

    /// Empties the mailbox. Later calls of `wake` wake the thread again. After streams have been adopted, those that
    /// follow wake nobody until the next call, which must come soon, and until one brings none.
    ///
    /// - Parameter isWoken: true where `wake` has been called.
    func takeMail(isWoken: Bool) -> Mail {
        if isWoken {
            wakeUp.clear()
            isWakePending.store(false, ordering: .sequentiallyConsistent)
        }
        return mail.withLock { mail in
            defer {
                mail = Mail(
                    awaitsAdoptions: !mail.adoptions.isEmpty,
                    isDraining: mail.isDraining,
                    isStopped: mail.isStopped
                )
            }
            return mail
        }
    }

    /// The number of streams whose clients have not taken what is ready for them.
    var blockedCount: Int { blocked.load(ordering: .relaxed) }

    func setBlocked(_ count: Int) { blocked.store(count, ordering: .relaxed) }

    /// Counts a stream that was closed.
    func streamClosed() { open.wrappingSubtract(1, ordering: .relaxed) }
}
