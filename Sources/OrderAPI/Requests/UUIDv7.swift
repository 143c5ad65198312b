import Foundation

/// Makes UUIDs that begin with the time (RFC 9562, section 5.7), so that new orders lie together in the indexes.
enum UUIDv7 {
    static func make() -> UUID {
        let milliseconds = UInt64(Date().timeIntervalSince1970 * 1000)
        var bytes = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
        bytes.0 = milliseconds << 16 | 0x7000 | bytes.0 & 0x0FFF
        bytes.1 = 0x8000_0000_0000_0000 | bytes.1 & 0x3FFF_FFFF_FFFF_FFFF
        return withUnsafeBytes(of: (bytes.0.bigEndian, bytes.1.bigEndian)) { raw in
            UUID(uuid: raw.loadUnaligned(as: uuid_t.self))
        }
    }
}
