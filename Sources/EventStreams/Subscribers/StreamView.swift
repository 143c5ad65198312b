import OrderLog
package import Orders
import Primitives

/// The content of a stream: filter, audience and form. Streams of the same view with the same cursor get the same
/// bytes.
package struct StreamView: Sendable, Hashable {
    package let filter: StreamFilter
    package let audience: Audience
    /// The role whose commands a snapshot offers.
    package let role: CallerRole
    /// Omits the `event:` line of each frame.
    package let plain: Bool
    /// Sends an event with each id-only block.
    package var hasBeats = false
    /// True when the lane writes HTTP/1.1's chunked coding; false where NIO's handlers write the coding of the
    /// connection.
    package var isChunked = true

    package init(filter: StreamFilter, audience: Audience, role: CallerRole, plain: Bool) {
        self.filter = filter
        self.audience = audience
        self.role = role
        self.plain = plain
    }

    /// Compares customers by their bytes, as scopes do. Swift's `==` holds canonically equivalent texts for equal, and
    /// one customer must not see the orders of another.
    package static func == (lhs: StreamView, rhs: StreamView) -> Bool {
        lhs.filter == rhs.filter && lhs.audience == rhs.audience && lhs.role == rhs.role
            && lhs.plain == rhs.plain && lhs.hasBeats == rhs.hasBeats && lhs.isChunked == rhs.isChunked
            && lhs.filter.scope.customer.map { Array($0.utf8) } == rhs.filter.scope.customer.map { Array($0.utf8) }
    }

    /// The nanoseconds from tick to tick of a conflated stream; 0 for any other.
    var tick: UInt64 { filter.tick?.wholeNanoseconds ?? 0 }

    /// The event that goes with id-only blocks.
    package var beat: ControlFrame.Beat { hasBeats ? (plain ? .plain : .named) : .absent }

    /// The ids of id-only blocks move with the stream's own events only. Customers' do: otherwise the changes of an id
    /// would tell the shop's volume, though not the id itself.
    package var hasOwnIds: Bool { audience == .customer }

    /// True when the view shows an event.
    func shows(_ frame: EventFrame) -> Bool { frame.isVisible(to: audience) && filter.matches(frame) }

    /// The frame as this view shows it; nil where the view does not show the event.
    func encoded(_ frame: EventFrame) -> EventFrame.Encoded? {
        filter.matches(frame) ? frame.encoded(for: audience) : nil
    }

    /// The view by which the log is read. It leaves out what the full view sorts out afterwards, so that more streams
    /// share a read.
    var forLogReads: StreamView {
        var filter = filter
        filter.statuses = []
        filter.types = []
        filter.attentionOnly = false
        filter.tick = nil
        return StreamView(filter: filter, audience: audience, role: .customer, plain: false)
    }
}
