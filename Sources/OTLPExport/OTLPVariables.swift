import Foundation

/// OpenTelemetry's variables, each in its form.
struct OTLPVariables {
    /// The fields that the exporter writes itself, or HTTP.
    private static let reserved: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive", "te",
        "trailer", "transfer-encoding", "upgrade", "traceparent", "tracestate",
    ]

    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// Nil when unset or empty.
    func text(_ name: String) -> String? {
        guard let value = environment[name]?.trimmingCharacters(in: .whitespaces), !value.isEmpty else { return nil }
        return value
    }

    /// The variable of traces alone, else that of all signals.
    func ofTraces(_ name: String) -> (name: String, value: String)? {
        for name in ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"] {
            if let value = text(name) { return (name, value) }
        }
        return nil
    }

    /// The address of traces as it is, else the address of all signals with the path of traces.
    func endpoint() throws(OTLPSettingsError) -> URL? {
        guard let (name, value) = ofTraces("ENDPOINT") else { return nil }
        func refusal(_ reason: String) -> OTLPSettingsError { OTLPSettingsError(variable: name, reason: reason) }
        guard value.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), var parts = URLComponents(string: value),
            ["http", "https"].contains(parts.scheme?.lowercased() ?? ""), parts.host?.isEmpty == false
        else { throw refusal("it is not an http or https URL") }
        guard parts.user == nil, parts.password == nil else {
            throw refusal("names and passwords belong into OTEL_EXPORTER_OTLP_HEADERS, not into the URL")
        }
        if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
            parts.percentEncodedPath += parts.percentEncodedPath.hasSuffix("/") ? "v1/traces" : "/v1/traces"
        }
        if parts.percentEncodedPath.isEmpty { parts.percentEncodedPath = "/" }
        parts.fragment = nil
        guard let url = parts.url else { throw refusal("it is not an http or https URL") }
        return url
    }

    /// The header fields, from a list of `name=value` whose values are percent-encoded.
    func headers() throws(OTLPSettingsError) -> [OTLPSettings.Field] {
        guard let (name, value) = ofTraces("HEADERS") else { return [] }
        var fields: [OTLPSettings.Field] = []
        for (key, value) in try pairs(of: value, in: name) {
            let isName = !key.isEmpty && key.utf8.allSatisfy(Self.isToken)
            // A line break would begin another field, whatever its encoding.
            guard isName, value.utf8.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 || $0 >= 0x80 }) else {
                throw OTLPSettingsError(variable: name, reason: "a name or a value cannot stand in a header field")
            }
            guard !Self.reserved.contains(key.lowercased()) else {
                throw OTLPSettingsError(variable: name, reason: "the field \(key) cannot be set")
            }
            fields.append(OTLPSettings.Field(name: key, value: value))
        }
        return fields
    }

    func sampler(_ notes: inout [String]) -> TraceSampler {
        guard let name = text("OTEL_TRACES_SAMPLER") else { return .standard }
        let argument = text("OTEL_TRACES_SAMPLER_ARG")
        if let sampler = TraceSampler(name: name, argument: argument) { return sampler }
        if let sampler = TraceSampler(name: name, argument: nil) {
            notes.append("OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; every trace is recorded")
            return sampler
        }
        notes.append("OTEL_TRACES_SAMPLER is not known; traces are recorded unless their callers do not record them")
        return .standard
    }

    /// The attributes of the process: those of variables win.
    func resource(_ process: [(String, String)]) throws(OTLPSettingsError) -> [(String, String)] {
        var resource: [(String, String)] = []
        func add(_ name: String, _ value: String) {
            if !resource.contains(where: { $0.0 == name }) { resource.append((name, value)) }
        }
        if let name = text("OTEL_SERVICE_NAME") { add("service.name", name) }
        if let text = text("OTEL_RESOURCE_ATTRIBUTES") {
            for (name, value) in try pairs(of: text, in: "OTEL_RESOURCE_ATTRIBUTES") { add(name, value) }
        }
        for (name, value) in process { add(name, value) }
        return resource
    }

    func milliseconds(ofTraces name: String, default standard: Int, _ notes: inout [String]) -> Duration {
        guard let (name, _) = ofTraces(name) else { return .milliseconds(standard) }
        return milliseconds(name, default: standard, &notes)
    }

    func milliseconds(_ name: String, default standard: Int, _ notes: inout [String]) -> Duration {
        guard let text = text(name) else { return .milliseconds(standard) }
        guard let number = Int(text), 1...600_000 ~= number else {
            notes.append("\(name) is not a number of milliseconds from 1 to 600000; \(standard) holds")
            return .milliseconds(standard)
        }
        return .milliseconds(number)
    }

    /// The names and decoded values of a list, as W3C Baggage writes it.
    private func pairs(of list: String, in variable: String) throws(OTLPSettingsError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for element in list.split(separator: ",") where !element.allSatisfy(\.isWhitespace) {
            let parts = element.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2,
                let name = parts[0].trimmingCharacters(in: .whitespaces).removingPercentEncoding,
                let value = parts[1].trimmingCharacters(in: .whitespaces).removingPercentEncoding, !name.isEmpty
            else { throw OTLPSettingsError(variable: variable, reason: "it is not a list of name=value,…") }
            pairs.append((name, value))
        }
        return pairs
    }

    /// Tells whether a byte may stand in a field's name (RFC 9110, section 5.6.2).
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
