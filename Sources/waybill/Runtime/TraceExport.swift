import Foundation
import Logging
import OTLPExport
import Tracing

/// The export of traces, as the environment wants it.
enum TraceExport {
    /// Makes the exporter where the variables of OpenTelemetry name a collector, and the process's tracer with it.
    static func start(_ logger: Logger) -> OTLPExporter? {
        // An empty variable is an absent one.
        let variables = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        guard !isSwitchedOff(variables) else { return nil }
        guard let exporter = OTLPExporter(variables, logger: logger) else { return nil }
        InstrumentationSystem.bootstrap(exporter.tracer)
        return exporter
    }

    /// True where a variable switches traces off, which may stand beside a collector that serves others.
    static func isSwitchedOff(_ variables: [String: String]) -> Bool {
        variables["OTEL_SDK_DISABLED"]?.lowercased() == "true"
            || variables["OTEL_TRACES_EXPORTER"]?.lowercased() == "none"
            || ["always_off", "parentbased_always_off"].contains(variables["OTEL_TRACES_SAMPLER"]?.lowercased())
    }
}
