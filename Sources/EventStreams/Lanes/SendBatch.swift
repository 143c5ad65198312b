import CSendRing
import Glibc
import HTTPTransport
import Synchronization

/// Sends on sockets that are tried together: by one system call where the kernel has io_uring, else one by one. Used on
/// one thread only.
struct SendBatch: ~Copyable {
    /// The most sends of one batch. The results of all are known when the last is done, after about a millisecond.
    static let capacity = 256
    /// The number of sends from which on the ring costs less than a call for each.
    private static let worthwhile = 4

    private var sends: [waybill_send] = []
    private var ring: OpaquePointer?
    private static let openRings = Atomic(0)

    /// The number of rings of the process.
    static var openRingCount: Int { openRings.load(ordering: .relaxed) }

    deinit { if let ring { Self.close(ring) } }

    /// Makes the ring, where the kernel has io_uring. The calling thread is the one that uses the batch from then on. A
    /// ring takes a descriptor, so it is made before the process may run out of them.
    mutating func openRing() {
        guard ring == nil else { return }
        ring = waybill_send_ring_open(UInt32(Self.capacity))
        if ring != nil { Self.openRings.wrappingAdd(1, ordering: .relaxed) }
    }

    private static func close(_ ring: OpaquePointer) {
        waybill_send_ring_close(ring)
        openRings.wrappingSubtract(1, ordering: .relaxed)
    }

    /// The descriptor that the ring takes; nil without a ring.
    var ringDescriptor: Int32? { ring.map { waybill_send_ring_descriptor($0) } }

    var count: Int { sends.count }
    var isFull: Bool { sends.count == Self.capacity }

    /// Adds a send.
    ///
    /// - Parameter bytes: stay where they are until the batch has been tried.
    mutating func add(_ bytes: UnsafeRawBufferPointer, on descriptor: Int32) {
        sends.append(
            waybill_send(
                descriptor: descriptor,
                length: UInt32(bytes.count),
                bytes: bytes.baseAddress,
                result: Int32(WAYBILL_SEND_NOT_TRIED)
            )
        )
    }

    /// Tries all sends.
    mutating func run() {
        guard sends.count >= Self.worthwhile, let ring else { return }
        let outcome = sends.withUnsafeMutableBufferPointer { sends in
            waybill_send_ring_run(ring, sends.baseAddress, UInt32(sends.count))
        }
        guard outcome < 0 else { return }
        // The kernel refuses what it granted at first. Sends are calls from now on, and the metric tells.
        Self.close(ring)
        self.ring = nil
    }

    /// The outcome of a send after `run`. Tries a send here that the ring has not tried, or that a signal has ended.
    func outcome(of index: Int) -> SocketSend {
        let send = sends[index]
        switch send.result {
        case 0...:
            let (count, length) = (Int(send.result), Int(send.length))
            return .bytes(count, isComplete: count == length, hasProgressed: count > 0)
        case -EAGAIN: return .bytes(0, isComplete: false, hasProgressed: false)
        case Int32(WAYBILL_SEND_NOT_TRIED), -EINTR, -ECANCELED, -ENOMEM:
            let bytes = UnsafeRawBufferPointer(start: send.bytes, count: Int(send.length))
            return LaneSocket.send(bytes, on: send.descriptor)
        default: return .gone
        }
    }

    mutating func removeAll() { sends.removeAll(keepingCapacity: true) }
}
