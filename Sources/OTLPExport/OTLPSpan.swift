import Synchronization
package import Tracing

/// A span that is encoded when it ends. One that is not recorded keeps its context alone.
package final class OTLPSpan: Span {
    /// The parts that may change until the span ends.
    struct Content: Sendable {
        var name: String
        var attributes = SpanAttributes()
        var events: [SpanEvent] = []
        var links: [(identity: SpanIdentity, attributes: SpanAttributes)] = []
        var status: SpanStatus?
        /// Events and links beyond the bound.
        var droppedEvents = 0
        var droppedLinks = 0
    }

    private struct State: Sendable {
        var content: Content
        var hasEnded = false
    }

    /// The most events and the most links of a span.
    private static let bound = 128

    package let context: ServiceContext
    let identity: SpanIdentity
    let parent: UInt64?
    let kind: SpanKind
    /// Nanoseconds since 1970.
    let began: UInt64
    private let queue: SpanQueue
    private let state: Mutex<State>

    init(
        identity: SpanIdentity,
        parent: UInt64?,
        kind: SpanKind,
        name: String,
        began: UInt64,
        context: ServiceContext,
        queue: SpanQueue
    ) {
        self.identity = identity
        self.parent = parent
        self.kind = kind
        self.began = began
        self.context = context
        self.queue = queue
        state = Mutex(State(content: Content(name: name)))
    }

    package var isRecording: Bool { identity.isSampled && state.withLock { !$0.hasEnded } }

    package var operationName: String {
        get { state.withLock { $0.content.name } }
        set { change { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.content.attributes } }
        set { change { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) {
        change { $0.status = status }
    }

    package func addEvent(_ event: SpanEvent) {
        change { content in
            if content.events.count < Self.bound { content.events.append(event) } else { content.droppedEvents += 1 }
        }
    }

    package func addLink(_ link: SpanLink) {
        guard let linked = link.context.span else { return }
        change { content in
            guard content.links.count < Self.bound else {
                content.droppedLinks += 1
                return
            }
            content.links.append((linked, link.attributes))
        }
    }

    /// Records the error's type. Its text may hold what a collector must not know.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard identity.isSampled else { return }
        let content: Content? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state.content
        }
        guard let content else { return }
        queue.add(SpanEncoder.bytes(of: self, content, ended: max(began, instant().nanosecondsSinceEpoch)))
    }

    private func change(_ body: (inout Content) -> Void) {
        guard identity.isSampled else { return }
        state.withLock { state in
            if !state.hasEnded { body(&state.content) }
        }
    }
}
