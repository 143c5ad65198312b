import Foundation
import OrderLog
import Orders
import Testing

@testable import EventStreams

/// The bound of the ring is one of true memory, so a frame has to know what it costs.
@Suite struct FrameSizeTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let event: LoggedEvent
    }

    static let shapes = [
        Shape(testDescription: "small", event: event(data: "{}", internal: "{}")),
        Shape(testDescription: "hidden", event: event(data: nil, internal: #"{"note":"look twice"}"#)),
        Shape(
            testDescription: "usual",
            event: event(data: #"{"parcelId":"p1","lines":[{"lineId":"l1","quantity":2}]}"#, internal: "{}")
        ),
        Shape(testDescription: "large", event: event(data: "{\"text\":\"\(long(5000))\"}", internal: "{}")),
        Shape(testDescription: "long texts", event: event(data: "{}", internal: "{}", texts: 200)),
    ]

    @Test(arguments: shapes)
    func aFramesSizeIsTheMemoryThatItTakes(shape: Shape) {
        let frame = Frames.frame(shape.event)
        let encodings = [frame.staff.bytes, frame.customer?.bytes].compactMap(\.self)
        let event = frame.event
        let texts = [
            event.number, event.shop, event.customer, event.type, event.statusBefore ?? "", event.status, event.actor,
            event.commandId, event.correlationId ?? "", event.causationId ?? "",
        ]
        let arrays = encodings + [event.data, event.internal].compactMap(\.self)
        let entries = 2 * 64
        let taken =
            entries + block(at: Unmanaged.passUnretained(frame).toOpaque()) + arrays.reduce(0) { $0 + block(of: $1) }
            + texts.reduce(0) { $0 + block(of: $1) }
        let share = Double(frame.size) / Double(taken)
        #expect((0.9...1.2).contains(share), "\(frame.size) for \(taken)")
    }

    /// Beside the frames a ring costs what its entries and its index by order do.
    @Test func aRingCountsWhatItsFramesDo() {
        var ring = RecentEvents(after: 0, capacity: 1 << 20)
        let frames = (1...100).map { Frames.frame(Int64($0)) }
        for frame in frames { ring.append(frame) }
        #expect(ring.byteCount == frames.reduce(0) { $0 + $1.size })
    }

    // MARK: True memory

    /// Swift's C library leaves the allocator's header out.
    private static let usableSize = unsafeBitCast(
        dlsym(nil, "malloc_usable_size"),
        to: (@convention(c) (UnsafeMutableRawPointer) -> Int).self
    )

    /// A block's bytes, with the word that the allocator keeps before it.
    private func block(at address: UnsafeMutableRawPointer) -> Int { Self.usableSize(address) + 8 }

    /// The storage of an array begins 32 bytes before its elements.
    private func block(of bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { raw in
            raw.baseAddress.map { block(at: UnsafeMutableRawPointer(mutating: $0) - 32) } ?? 0
        }
    }

    /// The same of a text, unless it stands in the value itself.
    private func block(of text: String) -> Int {
        guard text.utf8.count > 15 else { return 0 }
        var text = text
        return text.withUTF8 { utf8 in
            utf8.baseAddress.map { block(at: UnsafeMutableRawPointer(mutating: $0) - 32) } ?? 0
        }
    }

    // MARK: Events

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// A row as it is read: every text is its own, and none a literal of the program.
    private static func event(data: String?, internal: String, texts length: Int = 0) -> LoggedEvent {
        func own(_ text: String) -> String { String(decoding: Array((text + long(length)).utf8), as: UTF8.self) }
        return LoggedEvent(
            seq: 123_456,
            orderId: UUID(),
            version: 12,
            number: own("AU-10001"),
            shop: own("aurora"),
            customer: own("c-4f1a"),
            type: own("ParcelDispatched"),
            schema: 1,
            statusBefore: own("preparing"),
            status: own("shipped"),
            data: data.map { Array($0.utf8) },
            internal: Array(`internal`.utf8),
            actor: own("backend:backend"),
            commandId: own(UUID().uuidString),
            correlationId: own(UUID().uuidString),
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: 1_793_700_000_123_456),
            recordedAt: Timestamp(unixMicroseconds: 1_793_700_000_223_456)
        )
    }
}
