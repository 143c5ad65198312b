import Telemetry

/// Results that could not be written.
struct OutputFailure: Error, CustomStringConvertible {
    /// A file's path, or `standard output`.
    let destination: String
    let cause: DescriptorWriteError

    /// True when nobody reads any more, as behind `| head`.
    var isReaderGone: Bool { cause.isReaderGone }

    var description: String { "cannot write to \(destination): \(cause)" }
}
