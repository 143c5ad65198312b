import Primitives
import Tracing

/// Converts moments of the clock by which the service measures to the time of day that traces have.
struct SpanClock: Sendable {
    private let began = ContinuousClock.now
    private let nanoseconds = SystemClock.unixNanoseconds()

    /// The moment at which this was made.
    var start: DefaultTracerClock.Timestamp { DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: nanoseconds) }

    /// A moment that is not before `start`.
    func time(of instant: ContinuousClock.Instant) -> DefaultTracerClock.Timestamp {
        DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: nanoseconds + (instant - began).wholeNanoseconds)
    }
}
