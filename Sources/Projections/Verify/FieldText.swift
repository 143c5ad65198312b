import Orders

/// The texts of values, as they are compared and shown.
enum FieldText {
    static func of(_ time: Timestamp) -> String { time.rfc3339Micro }

    static func of(_ texts: [String]) -> String { ArrayText.encode(texts) }
}
