package import Foundation

/// The settings of traces, by the environment variables that OpenTelemetry specifies ("OpenTelemetry Environment
/// Variable Specification" and "OpenTelemetry Protocol Exporter").
package struct OTLPSettings: Sendable {
    /// A header field of each export. Its value may be a secret.
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    /// The address that takes traces.
    package let endpoint: URL
    package let headers: [Field]
    /// The longest time of one export.
    package let timeout: Duration
    /// The longest time for which spans wait to be sent with others.
    package let delay: Duration
    package let sampler: TraceSampler
    /// The names and values that tell this process from others.
    package let resource: [(String, String)]
    /// The file of the authorities by which the collector's certificate is checked; nil for the system's.
    package let caFile: String?
    /// Variables that were ignored, each with the reason in words.
    package let notes: [String]

    /// Reads the variables.
    ///
    /// - Parameter process: attributes of the resource that hold where no variable says otherwise.
    /// - Returns: nil where no endpoint is set, or where traces are switched off.
    /// - Throws: `OTLPSettingsError` where spans could not be sent as the variables want it.
    package static func read(
        _ environment: [String: String],
        process: [(String, String)] = []
    ) throws(OTLPSettingsError) -> OTLPSettings? {
        let variables = OTLPVariables(environment)
        guard variables.text("OTEL_SDK_DISABLED")?.lowercased() != "true" else { return nil }
        guard let endpoint = try variables.endpoint() else { return nil }
        var notes: [String] = []
        switch variables.text("OTEL_TRACES_EXPORTER") ?? "otlp" {
        case "otlp": break
        case "none": return nil
        default: throw OTLPSettingsError(variable: "OTEL_TRACES_EXPORTER", reason: "it is neither otlp nor none")
        }
        switch variables.ofTraces("PROTOCOL")?.value ?? "http/json" {
        case "http/json": break
        case "grpc": notes.append("spans are sent by HTTP with JSON, not by gRPC: the endpoint must be that of HTTP")
        default: notes.append("spans are sent with JSON (http/json), which every collector of OTLP/HTTP takes")
        }
        return OTLPSettings(
            endpoint: endpoint,
            headers: try variables.headers(),
            timeout: variables.milliseconds(ofTraces: "TIMEOUT", default: 10_000, &notes),
            delay: variables.milliseconds("OTEL_BSP_SCHEDULE_DELAY", default: 5000, &notes),
            sampler: variables.sampler(&notes),
            resource: try variables.resource(process),
            caFile: variables.ofTraces("CERTIFICATE")?.value,
            notes: notes
        )
    }
}
