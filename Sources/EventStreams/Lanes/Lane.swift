import Foundation
import Primitives
import Synchronization

/// The side of a lane that everybody sees: what is put in its mailbox, its thread takes out.
final class Lane: Sendable {
    /// A stream whose response has begun, to be served from here on.
    struct Adoption: Sendable {
        /// Belongs to the lane from now on.
        let way: SubscriberTransport
        let view: StreamView
        /// The last event that has been sent, or is reflected in what was sent.
        let cursor: Int64
        /// When the stream ends by itself, in nanoseconds of the monotonic clock.
        let expiresAt: UInt64
        /// What it says then.
        let expiry: ControlFrame.ByeReason
        /// How many forks the stream knew when it looked for its cursor.
        let forks: Int
    }

    struct Mail {
        var adoptions: [Adoption] = []
        var outcomes: [(read: LaneRead, outcome: LaneReads.Outcome)] = []
        /// Outlets that can take more, that cannot yet, and that are closed.
        var freed: [LaneSlots.Reference] = []
        var held: [LaneSlots.Reference] = []
        var left: [LaneSlots.Reference] = []
        var isDraining = false
        var isStopped = false
    }

    let wakeUp: WakeUpDescriptor
    private let mail = Mutex(Mail())
    private let isRung = Atomic(false)
    private let open = Atomic(0)
    private let blocked = Atomic(0)

    /// - Throws: when no descriptor is left.
    init() throws(SystemCallError) {
        wakeUp = try WakeUpDescriptor()
    }

    /// Streams that are the lane's, those in its mailbox included.
    var count: Int { open.load(ordering: .relaxed) }

    /// Wakes the lane. Rings that it has not heard yet are kept as one.
    func ring() {
        guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        wakeUp.wakeUp()
    }

    /// - Returns: false when the lane has ended; the way is the caller's then.
    func adopt(_ stream: Adoption) -> Bool {
        let isTaken = mail.withLock { mail in
            guard !mail.isStopped else { return false }
            mail.adoptions.append(stream)
            open.wrappingAdd(1, ordering: .relaxed)
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    func deliver(_ read: LaneRead, _ outcome: LaneReads.Outcome) {
        mail.withLock { $0.outcomes.append((read, outcome)) }
        ring()
    }

    /// What has become of outlets that were written to.
    func settled(freed: [LaneSlots.Reference], held: [LaneSlots.Reference]) {
        mail.withLock { mail in
            mail.freed += freed
            mail.held += held
        }
        ring()
    }

    /// The client of an outlet has left.
    func left(_ reference: LaneSlots.Reference) {
        mail.withLock { $0.left.append(reference) }
        ring()
    }

    /// Asks every stream to end.
    func drain() {
        mail.withLock { $0.isDraining = true }
        ring()
    }

    /// Closes what is still open, and ends the thread.
    func stop() {
        mail.withLock { $0.isStopped = true }
        ring()
    }

    // MARK: On the lane's thread

    /// Takes what is in the mailbox, after having heard the bell.
    func takeMail() -> Mail {
        wakeUp.clear()
        isRung.store(false, ordering: .sequentiallyConsistent)
        return mail.withLock { mail in
            defer { mail = Mail(isDraining: mail.isDraining, isStopped: mail.isStopped) }
            return mail
        }
    }

    /// Streams whose clients have not taken what lies ready for them.
    var blockedCount: Int { blocked.load(ordering: .relaxed) }

    func setBlocked(_ count: Int) { blocked.store(count, ordering: .relaxed) }
    func closed() { open.wrappingSubtract(1, ordering: .relaxed) }
}
