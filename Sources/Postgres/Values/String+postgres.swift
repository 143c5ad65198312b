/// `text`. Reads every type whose binary form is its text, such as `varchar`, `name` and `json`; enums need a cast.
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
