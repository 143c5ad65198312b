extension Report {
    /// Adds the percentiles of latencies, in milliseconds.
    mutating func add(_ latency: LatencyHistogram, of subject: String, as name: String) {
        guard latency.count > 0 else { return }
        for (label, percent) in [("p50", 50.0), ("p90", 90), ("p99", 99), ("p99.9", 99.9)] {
            add("\(name) \(label)", of: subject, latency.percentile(percent), unit: "ms")
        }
        add("\(name) max", of: subject, latency.longest, unit: "ms")
    }

    /// Adds CPU and memory of the service, PostgreSQL and the client.
    ///
    /// - Parameters:
    ///   - work: the number of things done in the measured part of the time.
    ///   - share: the measured part of the time for which the usage was taken, from 0 to 1.
    mutating func add(_ usage: UsageMonitor.Usage, of subject: String, work: Int, share: Double = 1) {
        add("CPU of the service", of: subject, usage.percent(usage.service), unit: "% of a core")
        add("CPU of PostgreSQL", of: subject, usage.percent(usage.database), unit: "% of a core")
        add("CPU of the client", of: subject, usage.percent(usage.client), unit: "% of a core")
        if work > 0 {
            add("CPU of the service, each", of: subject, usage.service * share / Double(work) * 1e6, unit: "µs")
            add("CPU of PostgreSQL, each", of: subject, usage.database * share / Double(work) * 1e6, unit: "µs")
        }
        add("memory of the service, peak", of: subject, Double(usage.residentPeak) / 1e6, unit: "MB")
        add("memory of the service, final", of: subject, Double(usage.residentFinal) / 1e6, unit: "MB")
        add("memory of PostgreSQL", of: subject, Double(usage.databaseMemory) / 1e6, unit: "MB")
    }
}
