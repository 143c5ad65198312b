import OrderLog
package import Orders
import Primitives

/// What a stream shows, to whom, and in which form. Streams of the same view at the same place get the same bytes.
package struct StreamView: Sendable, Hashable {
    package let filter: StreamFilter
    package let audience: Audience
    /// Whose commands a snapshot offers.
    package let role: CallerRole
    /// Frames without their `event:` line.
    package let plain: Bool
    /// Frames travel in HTTP/1.1's chunked coding, written by the lane; false where the connection's own layers frame them.
    package var isChunked = true

    package init(filter: StreamFilter, audience: Audience, role: CallerRole, plain: Bool) {
        self.filter = filter
        self.audience = audience
        self.role = role
        self.plain = plain
    }

    /// Compares a customer's name by its bytes, as scopes do: Swift holds canonically equivalent texts for equal, and the
    /// customer of one must not see what is another's.
    package static func == (one: StreamView, other: StreamView) -> Bool {
        one.filter == other.filter && one.audience == other.audience && one.role == other.role
            && one.plain == other.plain && one.isChunked == other.isChunked
            && one.filter.scope.customer.map { Array($0.utf8) } == other.filter.scope.customer.map { Array($0.utf8) }
    }

    /// Nanoseconds from tick to tick of a conflated stream; 0 for any other.
    var tick: UInt64 { filter.tick?.wholeNanoseconds ?? 0 }

    /// Whether the view shows an event, in whatever form.
    func shows(_ frame: EventFrame) -> Bool { frame.isVisible(to: audience) && filter.matches(frame) }

    /// The frame as this view shows it; nil where it does not.
    func encoded(_ frame: EventFrame) -> EventFrame.Encoded? {
        filter.matches(frame) ? frame.encoded(for: audience) : nil
    }

    /// The same, for what is read from the log: what is sorted out afterwards does not make another read of it.
    var ofLog: StreamView {
        var filter = filter
        filter.statuses = []
        filter.types = []
        filter.attentionOnly = false
        filter.tick = nil
        return StreamView(filter: filter, audience: audience, role: .customer, plain: false)
    }
}
