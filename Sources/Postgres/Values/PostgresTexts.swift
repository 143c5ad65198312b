package import FoundationEssentials

/// `text`. Read from every type whose binary form is its text (`varchar`, `name`, `json`, …) and from enums by a cast.
extension String: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .text }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: utf8)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> String {
        guard PostgresType.textual.contains(oid) else { throw mismatch(bytes, oid) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// `bytea`.
package struct PostgresBytes: Sendable, Hashable, PostgresScalar, PostgresDecodableScalar {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .bytea }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresBytes {
        guard oid == PostgresType.bytea.oid else { throw mismatch(bytes, oid) }
        return PostgresBytes(Array(bytes))
    }
}

/// `json`: the exact text, as UTF-8 bytes, neither parsed nor changed by driver or server. Read from `json` and `jsonb`.
package struct PostgresJSON: Sendable, Hashable, PostgresScalar, PostgresDecodableScalar {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package static var postgresType: PostgresType { .json }

    package func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> PostgresJSON {
        if oid == PostgresType.json.oid { return PostgresJSON(Array(bytes)) }
        // jsonb sends one byte of version before its text.
        guard oid == PostgresType.jsonb, bytes.first == 1 else { throw mismatch(bytes, oid) }
        return PostgresJSON(Array(bytes.dropFirst()))
    }
}

/// `uuid`.
extension UUID: PostgresScalar, PostgresDecodableScalar {
    package static var postgresType: PostgresType { .uuid }

    package func encode(into buffer: inout [UInt8]) {
        Swift.withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) }
    }

    package static func decode(bytes: UnsafeRawBufferPointer, oid: UInt32) throws(PostgresError) -> UUID {
        guard oid == PostgresType.uuid.oid, bytes.count == 16 else { throw mismatch(bytes, oid) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
