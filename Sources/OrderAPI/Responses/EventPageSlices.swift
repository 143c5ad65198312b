import EventStreams
import Foundation
import NIOCore
import OrderLog
import Orders
import StrictJSON

/// A page of events: of one order, or of the log within a scope.
struct EventPageSlices: PageSlices {
    let reader: LogReader
    let positionEncoder: PositionEncoder
    let audience: Audience
    let scope: ReadScope
    /// The order; nil for all orders in the scope.
    let orderId: UUID?
    /// True for one event a line, without `next` and `position`.
    let asLines: Bool
    private var after: Int64
    /// The last event of the page so far, or the position that it begins after.
    private var lastShown: Int64
    private var eventsLeft: Int
    private var bytesLeft = LoggedEvent.pageByteLimit
    private var writer = JSONWriter(reserving: 0)
    private var history: EpochTable?
    private(set) var isFinished = false

    init(
        reader: LogReader,
        positionEncoder: PositionEncoder,
        audience: Audience,
        scope: ReadScope,
        orderId: UUID?,
        after: Int64,
        limit: Int,
        asLines: Bool
    ) {
        self.reader = reader
        self.positionEncoder = positionEncoder
        self.audience = audience
        self.scope = scope
        self.orderId = orderId
        self.after = after
        lastShown = after
        self.asLines = asLines
        eventsLeft = limit
    }

    var contentType: String { asLines ? ContentType.ndjson : ContentType.json }

    mutating func next() async throws -> ByteBuffer {
        let page = try await reader.events(
            after: after,
            limit: eventsLeft,
            scope: scope,
            orderId: orderId,
            visibleToCustomers: audience == .customer,
            byteLimit: PageSlice.byteLimit
        )
        if let history, !page.history.continues(history) { throw ForkedPage() }
        for event in page.events { bytesLeft -= (event.data?.count ?? 0) + event.internal.count }
        eventsLeft -= page.events.count
        lastShown = page.events.last?.seq ?? lastShown
        isFinished = !page.isCut || eventsLeft <= 0 || bytesLeft <= 0
        defer {
            after = page.through
            history = page.history
            writer.bytes = []
        }
        if asLines { return lines(of: page) }
        write(page)
        return ByteBuffer(bytes: writer.bytes)
    }

    private func lines(of page: EventPage) -> ByteBuffer {
        var lines = ByteBuffer()
        for event in page.events {
            var writer = JSONWriter(reserving: 768)
            event.write(to: &writer, for: audience, position: position(event.seq, in: page))
            lines.writeBytes(writer.bytes)
            lines.writeInteger(UInt8(ascii: "\n"))
        }
        return lines
    }

    private mutating func write(_ page: EventPage) {
        if history == nil {
            writer.beginObject()
            writer.key("events")
            writer.beginArray()
        }
        for event in page.events {
            event.write(to: &writer, for: audience, position: position(event.seq, in: page))
        }
        guard isFinished else { return }
        writer.endArray()
        // A customer's position moves with the customer's own events: other changes would tell the shop's volume.
        let end = position(audience == .customer ? lastShown : page.through, in: page)
        if page.hasMore { writer.field("next", end) }
        writer.field("position", end)
        writer.endObject()
    }

    private func position(_ seq: Int64, in page: EventPage) -> String {
        positionEncoder(page.history.position(of: seq), for: audience)
    }

    /// The log was replaced by another while the client took a page, whose slices do not belong together.
    private struct ForkedPage: Error, CustomStringConvertible {
        let description = "the log was restored from a backup while a page of events was sent; the page ends early"
    }
}
