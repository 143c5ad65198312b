extension Timestamp {
    /// Reads an RFC 3339 `date-time` with any offset.
    ///
    /// One to nine digits of fraction, of which six are kept. A leap second, 23:59:60 in UTC, is the second after it.
    /// Nil for anything else, and for an instant outside the years 0001 to 9999 of UTC.
    package init?(rfc3339 text: String) {
        var text = text
        guard let instant = text.withUTF8({ Timestamp(rfc3339: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = instant
    }

    /// Reads the bytes of an RFC 3339 `date-time`, like `init(rfc3339:)` of a text.
    package init?(rfc3339 bytes: UnsafeRawBufferPointer) {
        var reader = DateTimeReader(bytes: bytes)
        guard let instant = reader.instant() else { return nil }
        self = instant
    }
}
