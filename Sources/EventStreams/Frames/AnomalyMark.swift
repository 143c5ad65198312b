import StrictJSON

/// Detects an anomaly in an event's `internal` text.
enum AnomalyMark {
    private static let key = Array("\"anomaly\"".utf8)

    /// True when the JSON object has the member `anomaly`.
    static func isPresent(in json: [UInt8]) -> Bool {
        guard json.count > key.count, contains(key, in: json) else { return false }
        // The bytes may also be part of a string, so the object is parsed.
        return (try? JSONNode.read(json) { $0["anomaly"] != nil }) ?? false
    }

    private static func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast(needle.count - 1).contains { start in
            bytes[start] == needle[0] && bytes[start..<start + needle.count].elementsEqual(needle)
        }
    }
}
