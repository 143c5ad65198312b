import Foundation
import Logging
import OTLPExport
import Telemetry
import Tracing

/// The export of traces, as the environment wants it.
enum TraceExport {
    /// Makes the exporter where the variables of OpenTelemetry name a collector, and the process's tracer with it.
    ///
    /// Variables that cannot be used switch traces off, since orders do not depend on them: the log says so.
    static func start(_ logger: Logger) -> OTLPExporter? {
        do {
            guard
                let settings = try OTLPSettings.read(ProcessInfo.processInfo.environment, process: process)
            else { return nil }
            for note in settings.notes {
                logger.warning("a setting of traces was ignored", metadata: ["reason": "\(note)"])
            }
            let exporter = try OTLPExporter(settings, logger: logger) { ErrorSentence.text(for: $0) }
            InstrumentationSystem.bootstrap(exporter.tracer)
            return exporter
        } catch {
            logger.warning("traces are off: a variable cannot be used", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private static var process: [(String, String)] {
        [
            ("service.name", "waybill"), ("service.version", BuildInfo.version), ("host.name", hostName),
            ("process.pid", "\(ProcessInfo.processInfo.processIdentifier)"), ("telemetry.sdk.name", "waybill"),
            ("telemetry.sdk.language", "swift"), ("telemetry.sdk.version", BuildInfo.version),
        ]
    }

    /// The machine's name, without a question to a name server.
    private static var hostName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
