import Synchronization

/// A stream without a socket of its own, since its connection has layers (HTTP/2) that an event loop keeps. The
/// lane decides what is sent; the event loop writes it and reports to the lane.
package final class ChannelSubscriber: Sendable {
    private struct State {
        var lane: Lane?
        var reference: LaneSlots.Reference?
        var isClosed = false
    }

    let executor: any ChannelExecutor
    let writer: any ChannelWriter
    private let state = Mutex(State())

    package init(executor: any ChannelExecutor, writer: any ChannelWriter) {
        self.executor = executor
        self.writer = writer
    }

    /// Reports that the client can take more.
    package func becameWritable() {
        withLane { lane, reference in lane.writesFlushed(writable: [reference], backpressured: []) }
    }

    /// Reports that the client has left.
    package func closed() {
        state.withLock { $0.isClosed = true }
        withLane { lane, reference in lane.subscriberClosed(reference) }
    }

    /// Names the lane that serves the stream and receives its reports.
    ///
    /// - Returns: false when the client has left already.
    func attach(to lane: Lane, as reference: LaneSlots.Reference) -> Bool {
        state.withLock { state in
            (state.lane, state.reference) = (lane, reference)
            return !state.isClosed
        }
    }

    private func withLane(_ body: (Lane, LaneSlots.Reference) -> Void) {
        let (lane, reference) = state.withLock { ($0.lane, $0.reference) }
        if let lane, let reference { body(lane, reference) }
    }
}
