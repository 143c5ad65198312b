import Access
import EventStreams
import NIOCore
import OrderLog
import Orders
import Projections
import StrictJSON

/// A page of the order list.
///
/// Slices are read one after the other. Orders of a later one may be newer than `position`, which is that of the first:
/// a stream opened after it repeats what they have, and leaves nothing out.
struct OrderPageSlices: PageSlices {
    let models: ReadModelReader
    let positionEncoder: PositionEncoder
    let caller: Caller
    private var request: OrderListRequest
    private var bytesLeft = StoredStates.byteLimit
    private var writer = JSONWriter(reserving: 0)
    private var position: LogPosition?
    private(set) var isFinished = false

    init(_ request: OrderListRequest, models: ReadModelReader, positionEncoder: PositionEncoder, caller: Caller) {
        self.models = models
        self.positionEncoder = positionEncoder
        self.caller = caller
        self.request = request
        self.request.byteLimit = PageSlice.byteLimit
    }

    var contentType: String { ContentType.json }

    mutating func next() async throws -> ByteBuffer {
        let page = try await models.orders(request) { [caller, positionEncoder] stored in
            stored.json(for: caller, positionEncoder)
        }
        if position == nil {
            writer.beginObject()
            writer.key("orders")
            writer.beginArray()
        }
        writer.bytes.reserveCapacity(page.orders.reduce(256) { $0 + $1.count + 1 })
        for order in page.orders { writer.value(encoded: order) }
        let position = position ?? page.newest ?? page.position
        bytesLeft -= writer.bytes.count
        request.limit -= page.orders.count
        request.cursor = page.next
        isFinished = !page.isCut || request.limit <= 0 || bytesLeft <= 0
        if isFinished {
            writer.endArray()
            writer.field("next", page.next.map { Base64URL.encode($0.bytes) })
            writer.field("position", positionEncoder(position, for: caller.audience))
            writer.endObject()
        }
        defer { writer.bytes = [] }
        self.position = position
        return ByteBuffer(bytes: writer.bytes)
    }
}
