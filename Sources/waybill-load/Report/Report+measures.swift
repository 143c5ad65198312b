import Postgres

extension Machine {
    static func current(of service: Service) async throws -> Machine {
        let version = try await service.withDatabase { connection in
            try await connection.query("select current_setting('server_version')").first?.get(0, as: String.self)
        }
        return current(postgres: String(version?.prefix { $0 != " " } ?? "unknown"))
    }
}

extension Report {
    mutating func add(_ latency: LatencyHistogram, _ subject: String, _ name: String) {
        guard latency.count > 0 else { return }
        for (label, percent) in [("p50", 50.0), ("p90", 90), ("p99", 99), ("p99.9", 99.9)] {
            add(subject, "\(name) \(label)", latency.percentile(percent), "ms")
        }
        add(subject, "\(name) max", latency.longest, "ms")
    }

    /// - Parameters:
    ///   - work: things done in the measured part.
    ///   - share: the measured part of the time in which the usage was taken.
    mutating func add(_ usage: UsageMonitor.Usage, _ subject: String, work: Int, of share: Double = 1) {
        add(subject, "CPU of the service", usage.percent(usage.service), "% of a core")
        add(subject, "CPU of PostgreSQL", usage.percent(usage.database), "% of a core")
        add(subject, "CPU of the client", usage.percent(usage.client), "% of a core")
        if work > 0 {
            add(subject, "CPU of the service, each", usage.service * share / Double(work) * 1e6, "µs")
            add(subject, "CPU of PostgreSQL, each", usage.database * share / Double(work) * 1e6, "µs")
        }
        add(subject, "memory of the service, peak", Double(usage.residentPeak) / 1e6, "MB")
        add(subject, "memory of the service, final", Double(usage.residentFinal) / 1e6, "MB")
        add(subject, "memory of PostgreSQL", Double(usage.databaseMemory) / 1e6, "MB")
    }
}
