package import OrderLog

/// The frames that a stream sends first, and the position that they reflect.
package struct Preamble: Sendable {
    /// The frames; empty where the order is gone and the client named no position.
    let bytes: [UInt8]
    /// The position after which the stream continues; nil where the order is gone and the stream ends with the frames.
    package let cursor: LogPosition?
    /// The event whose id the frames have.
    let shown: Int64

    /// - Parameter shown: nil for the cursor.
    init(bytes: [UInt8], cursor: LogPosition?, shown: Int64? = nil) {
        self.bytes = bytes
        self.cursor = cursor
        self.shown = shown ?? cursor?.seq ?? 0
    }
}
