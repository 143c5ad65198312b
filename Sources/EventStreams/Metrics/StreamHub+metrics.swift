package import Telemetry

extension StreamHub {
    /// Registers the gauges that are computed when the metrics are read.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_streams_stalled",
            help: "Streams whose clients have not taken what was sent to them."
        ) { Double(self.stalledStreams) }
        try registry.gauge(
            "waybill_streams_on_lanes",
            help: "Streams open now whose preambles have been sent and that lanes serve."
        ) { Double(self.laneStreams) }
        try registry.gauge(
            "waybill_stream_send_rings",
            help: "Lanes that send to many streams by one system call (io_uring); 0 where sends are calls of their own."
        ) { Double(SendBatch.openRingCount) }
        try registry.gauge(
            "waybill_stream_ring_bytes",
            help: "Memory that the recent events take once they are encoded for all audiences, in bytes."
        ) { Double(self.recentEventsByteCount) }
    }
}
