package import Logging

/// Writes each log record as one line of JSON (``JSONLogRecord``), without ever blocking the thread that logs.
///
/// Metadata of the record wins over the provider's, and that over the logger's own. Warnings and errors that repeat are
/// summed up (``FailureEpisodes``).
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let output: LogOutput

    /// Metadata that differs from one request or attempt to the next while the failure is the same.
    private static let incidental: Set<String> = ["attempt", "command", "path", "pid", "uptime"]
    /// Characters by which the details of two failures are told apart.
    private static let detailLength = 400

    package init(
        label: String,
        logLevel: Logger.Level = .info,
        output: LogOutput = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.logLevel = logLevel
        self.output = output
        self.metadataProvider = metadataProvider
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        if event.level >= .warning {
            output.recentFailures.note(event.level, event.message.description, at: .now)
            output.write(failure(event)) { line(event, at: .now) }
        } else {
            output.write(line(event, at: .now))
        }
    }

    func line(_ event: LogEvent, at time: Timestamp) -> [UInt8] {
        JSONLogRecord(
            level: event.level,
            label: label,
            message: event.message.description,
            error: event.error,
            metadata: merged(with: event.metadata)
        ).line(at: time)
    }

    private func merged(with own: Logger.Metadata?) -> Logger.Metadata {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let own { merged.merge(own) { _, new in new } }
        return merged
    }

    private func failure(_ event: LogEvent) -> FailureEpisodes.Failure {
        var details = event.error.map { ["\($0)"] } ?? []
        for (key, value) in (event.metadata ?? [:]).sorted(by: { $0.key < $1.key })
        where !Self.incidental.contains(key) {
            details.append(key == "error" ? "\(value)" : "\(key) \(value)")
        }
        return FailureEpisodes.Failure(
            level: event.level,
            label: label,
            message: event.message.description,
            detail: String(details.joined(separator: ", ").prefix(Self.detailLength))
        )
    }
}
