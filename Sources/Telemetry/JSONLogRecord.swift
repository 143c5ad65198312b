import Logging
import Primitives

/// A log record as one line of JSON:
/// `{"time":"2026-11-22T09:30:19.000123Z","level":"info","logger":"waybill","message":"…","error":"…","metadata":{…}}`.
///
/// `time` is UTC (RFC 3339, microseconds). `error` and `metadata` are left out where there are none.
struct JSONLogRecord {
    let level: Logger.Level
    let label: String
    let message: String
    var error: (any Error)?
    var metadata: Logger.Metadata = [:]

    /// The line with its line feed.
    func line(at time: Timestamp) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: #"{"time":""#.utf8)
        time.append(to: &bytes)
        bytes.append(contentsOf: #"","level":""#.utf8)
        bytes.append(contentsOf: level.rawValue.utf8)
        bytes.append(contentsOf: #"","logger":"#.utf8)
        JSONText.append(label, to: &bytes)
        bytes.append(contentsOf: #","message":"#.utf8)
        JSONText.append(message, to: &bytes)
        if let error {
            bytes.append(contentsOf: #","error":"#.utf8)
            JSONText.append(String(describing: error), to: &bytes)
        }
        if !metadata.isEmpty {
            bytes.append(contentsOf: #","metadata":"#.utf8)
            Self.append(metadata, to: &bytes)
        }
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }

    /// Keys in order, so that equal records are equal lines.
    private static func append(_ metadata: Logger.Metadata, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.append(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(_ value: Logger.MetadataValue, to bytes: inout [UInt8]) {
        switch value {
        case .string(let text): JSONText.append(text, to: &bytes)
        case .stringConvertible(let value): JSONText.append(value.description, to: &bytes)
        case .dictionary(let metadata): append(metadata, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }
}
