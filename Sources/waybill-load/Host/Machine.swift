import Foundation

/// The machine on which figures were measured.
struct Machine: Codable, Sendable, Equatable {
    var processor: String
    var cores: Int
    var memory: String
    var kernel: String
    var postgres: String?

    /// Describes this machine.
    ///
    /// - Parameter postgres: the version of PostgreSQL; nil where none was used.
    static func current(postgres: String?) -> Machine {
        var names = utsname()
        uname(&names)
        let release = withUnsafeBytes(of: &names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Machine(
            processor: field("model name", of: "/proc/cpuinfo") ?? "unknown",
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memory: "\((Double(ProcessInfo.processInfo.physicalMemory) / 1e9).rounded()) GB"
                .replacingOccurrences(of: ".0 ", with: " "),
            kernel: "Linux \(release.prefix { $0.isNumber || $0 == "." })",
            postgres: postgres
        )
    }

    private static func field(_ name: String, of path: String) -> String? {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
