extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresOID: UInt32 { Wrapped.postgresOID }

    package var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    package func encode(into buffer: inout [UInt8]) {
        self?.encode(into: &buffer)
    }
}

extension Optional: PostgresScalar where Wrapped: PostgresScalar {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package static func containsNull(_ values: [Wrapped?]) -> Bool {
        values.contains { $0 == nil }
    }

    package static func encodeElements(_ values: [Wrapped?], into buffer: inout [UInt8]) {
        Wrapped.encodeElements(values, into: &buffer)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ bytes: UnsafeRawBufferPointer?, oid: UInt32) throws(PostgresError) -> Wrapped? {
        guard bytes != nil else { return nil }
        return try Wrapped.decode(bytes, oid: oid)
    }
}
