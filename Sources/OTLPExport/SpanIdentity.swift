import Telemetry
import Tracing

/// The identity of a span, by which other spans name it as their parent (W3C Trace Context).
struct SpanIdentity: Sendable, Hashable {
    /// 128 bits, not all of them 0.
    let traceId: (high: UInt64, low: UInt64)
    /// Not 0.
    let spanId: UInt64
    /// True where the trace is recorded.
    let isSampled: Bool
    /// The caller's `tracestate`, which goes on as it came; nil without one.
    var state: String?

    init(traceId: (high: UInt64, low: UInt64), spanId: UInt64, isSampled: Bool, state: String? = nil) {
        self.traceId = traceId
        self.spanId = spanId
        self.isSampled = isSampled
        self.state = state
    }

    /// The span that a request's `traceparent` names.
    init?(_ parent: TraceParent, state: String?) {
        guard let high = UInt64(parent.traceId.prefix(16), radix: 16),
            let low = UInt64(parent.traceId.suffix(16), radix: 16),
            let span = UInt64(parent.parentId, radix: 16)
        else { return nil }
        self.init(traceId: (high, low), spanId: span, isSampled: parent.isSampled, state: state)
    }

    /// A number that is not 0.
    static func random() -> UInt64 { .random(in: 1 ... .max) }

    /// The value of `traceparent` for requests that the span makes.
    var traceparent: String {
        var bytes = Array("00-".utf8)
        Self.append(traceId, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(spanId, to: &bytes)
        bytes.append(contentsOf: (isSampled ? "-01" : "-00").utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends 32 hexadecimal digits.
    static func append(_ traceId: (high: UInt64, low: UInt64), to bytes: inout [UInt8]) {
        append(traceId.high, to: &bytes)
        append(traceId.low, to: &bytes)
    }

    /// Appends 16 hexadecimal digits.
    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    static func == (one: SpanIdentity, other: SpanIdentity) -> Bool {
        one.traceId == other.traceId && one.spanId == other.spanId && one.isSampled == other.isSampled
            && one.state == other.state
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(traceId.low)
        hasher.combine(spanId)
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = SpanIdentity
        static let nameOverride: String? = "span"
    }

    /// The span that work in this context belongs to; nil for none.
    var span: SpanIdentity? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
