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
        guard let exporter = OTLPExporter(variables, logger: logger) else { return nil }
        InstrumentationSystem.bootstrap(exporter.tracer)
        return exporter
    }
}
