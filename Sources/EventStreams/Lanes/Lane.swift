import CEpoll
import Foundation
import Glibc
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
        /// When the stream ends by itself, in nanoseconds of `LaneClock`.
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

    let wakeup: Int32
    private let mail = Mutex(Mail())
    private let isRung = Atomic(false)
    private let open = Atomic(0)
    private let blocked = Atomic(0)

    /// - Throws: when no descriptor is left.
    init() throws {
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else { throw LaneFailure(call: "eventfd", code: errno) }
    }

    deinit { close(wakeup) }

    /// Streams that are the lane's, those in its mailbox included.
    var count: Int { open.load(ordering: .relaxed) }

    /// Wakes the lane. Rings that it has not heard yet are kept as one.
    func ring() {
        guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        // Only a full counter could refuse it, and then the lane wakes anyway.
        _ = write(wakeup, &one, 8)
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
        var heard: UInt64 = 0
        _ = read(wakeup, &heard, 8)
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

/// A call of the operating system that a lane cannot do without has failed.
struct LaneFailure: Error, CustomStringConvertible {
    let call: String
    let code: Int32

    var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// The clock of lanes: nanoseconds that never go back.
enum LaneClock {
    static func now() -> UInt64 { waybill_clock(CLOCK_MONOTONIC) }
}

extension Duration {
    /// Never negative.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = max(self, .zero).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
