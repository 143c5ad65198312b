import CoreMetrics

/// An instrument of the registry behind the handlers of swift-metrics.
final class LibraryInstrument: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler
{
    private let number: Gauge?
    private let histogram: Histogram?

    init(number: Gauge) {
        self.number = number
        histogram = nil
    }

    init(histogram: Histogram) {
        number = nil
        self.histogram = histogram
    }

    func increment(by amount: Int64) { number?.add(Double(amount)) }

    func increment(by amount: Double) { number?.add(amount) }

    func decrement(by amount: Double) { number?.add(-amount) }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { number?.set(value) }

    /// The counter begins anew, which Prometheus takes as a restart.
    func reset() { number?.set(0) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        number?.set(value)
        histogram?.observe(value: value)
    }

    func recordNanoseconds(_ duration: Int64) { histogram?.observe(seconds: Double(duration) / 1e9) }
}
