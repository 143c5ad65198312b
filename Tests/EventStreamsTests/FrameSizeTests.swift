import Foundation
import OrderLog
import Orders
import Testing

@testable import EventStreams

/// The sizes of frames, which must be true, since recent events are bounded in memory.
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
        let entries = 2 * 72
        let taken =
            entries + block(at: Unmanaged.passUnretained(frame).toOpaque())
            + block(at: Unmanaged.passUnretained(event).toOpaque()) + arrays.reduce(0) { $0 + block(of: $1) }
            + texts.reduce(0) { $0 + block(of: $1) }
        let share = Double(frame.size) / Double(taken)
        #expect((0.9...1.2).contains(share), "\(frame.size) for \(taken)")
    }

    @Test func theSizeOfRecentEventsIsThatOfTheirFrames() {
        var recent = RecentEvents(after: 0, capacity: 1 << 20)
        let frames = (1...100).map { Frames.frame(Int64($0)) }
        for frame in frames { recent.append(frame) }
        #expect(recent.byteCount == frames.reduce(0) { $0 + $1.size })
    }

    // MARK: Measured memory

    /// `malloc_usable_size`, whose header Swift's Glibc module leaves out.
    private static let usableSize = unsafeBitCast(
        dlsym(nil, "malloc_usable_size"),
        to: (@convention(c) (UnsafeMutableRawPointer) -> Int).self
    )

    /// The bytes of a block.
    private func block(at address: UnsafeMutableRawPointer) -> Int { Self.usableSize(address) }

    /// The bytes of an array's storage, which begins 32 bytes before the elements.
    private func block(of bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { raw in
            raw.baseAddress.map { block(at: UnsafeMutableRawPointer(mutating: $0) - 32) } ?? 0
        }
    }

    /// The bytes of a string's storage; 0 for a string that fits into the value itself.
    private func block(of text: String) -> Int {
        guard text.utf8.count > 15 else { return 0 }
        var text = text
        return text.withUTF8 { utf8 in
            utf8.baseAddress.map { block(at: UnsafeMutableRawPointer(mutating: $0) - 32) } ?? 0
        }
    }

    // MARK: Events

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// A row as the log's reader makes it: each string has storage of its own, and none is a literal.
    private static func event(data: String?, internal: String, texts length: Int = 0) -> LoggedEvent {
        func copy(_ text: String) -> String { String(decoding: Array((text + long(length)).utf8), as: UTF8.self) }
        return LoggedEvent(
            seq: 123_456,
            orderId: UUID(),
            version: 12,
            number: copy("AU-10001"),
            shop: copy("aurora"),
            customer: copy("c-4f1a"),
            type: copy("ParcelDispatched"),
            schema: 1,
            statusBefore: copy("preparing"),
            status: copy("shipped"),
            data: data.map { Array($0.utf8) },
            internal: Array(`internal`.utf8),
            actor: copy("backend:backend"),
            commandId: copy(UUID().uuidString),
            correlationId: copy(UUID().uuidString),
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: 1_793_700_000_123_456),
            recordedAt: Timestamp(unixMicroseconds: 1_793_700_000_223_456)
        )
    }
}
