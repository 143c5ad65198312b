package import Telemetry

extension StreamHub {
    /// Registers what is looked up when the metrics are read.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_streams_stalled",
            help: "Streams whose clients have not taken what was sent to them."
        ) { Double(self.stalledStreams) }
        try registry.gauge(
            "waybill_streams_on_lanes",
            help: "Streams open now that have begun, and are served by lanes."
        ) { Double(self.laneStreams) }
        try registry.gauge(
            "waybill_stream_ring_bytes",
            help: "Memory that the newest events may come to hold, for streams to read them from."
        ) { Double(self.ringByteCount) }
    }
}
