import CAllocator
import HTTPTransport
import NIOCore
import NIOPosix

/// Decides when free memory is returned to the system.
///
/// Streams that open need much more memory than open streams, and the allocator keeps that memory. So it is returned
/// after thousands of streams have opened at once. Doing that once in a while is cheap; doing it all the time is not.
struct MemoryTrimmer {
    /// The number of streams since the last release that makes a release worthwhile.
    private static let rushSize = 1000
    /// The most streams in one tick that end a rush.
    private static let quietSize = 50

    private var admittedAtRelease = 0
    private var admittedAtTick = 0

    /// True when memory is to be returned now. Called at every tick, once a second.
    ///
    /// - Parameter admitted: the number of streams that were ever admitted.
    mutating func tick(admitted: Int) -> Bool {
        defer { admittedAtTick = admitted }
        guard admitted - admittedAtRelease >= Self.rushSize, admitted - admittedAtTick <= Self.quietSize else {
            return false
        }
        admittedAtRelease = admitted
        return true
    }

    /// Returns free memory to the system: that of the lanes, and of the threads and event loops on which streams open.
    static func releaseMemory(of lanes: LaneSet) {
        lanes.releaseMemory()
        DirectMemory.release()
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { loop.execute { releaseOwnMemory() } }
    }

    /// Returns the memory to the system that the calling thread has freed. The allocator has a heap for each thread.
    static func releaseOwnMemory() { waybill_allocator_release() }
}
