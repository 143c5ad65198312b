/// Statements that share one Sync, ready for libpq: all parameters are in one buffer. The caller's thread encodes them,
/// so that the I/O thread only copies.
struct EncodedUnit: Sendable {
    struct Parameter: Sendable {
        /// The value's place in the buffer; nil for NULL.
        var bytes: Range<Int>?
    }

    var keys: [StatementKey] = []
    var parameters: [Range<Int>] = []
    var values: [Parameter] = []
    /// The encoded values. Never empty: an empty buffer may have no address, and libpq takes a null pointer for NULL.
    var buffer: [UInt8] = [0]
    /// The count of statements at the front that are the driver's own. The caller does not see their results.
    var hidden = 0

    init() {}

    /// One statement without parameters.
    init(statement: String) {
        keys = [StatementKey(sql: statement)]
        parameters = [0..<0]
    }

    /// - Throws: `usage` when a limit of the protocol (65,535 parameters, 2^31 - 1 bytes each) is passed.
    init(_ queries: [PostgresQuery]) throws(PostgresError) {
        keys.reserveCapacity(queries.count)
        for query in queries {
            guard query.bindings.count <= 65_535 else {
                throw PostgresError(.usage, "a statement takes at most 65535 parameters", sql: query.sql)
            }
            let first = values.count
            var types: [UInt32] = []
            types.reserveCapacity(query.bindings.count)
            for binding in query.bindings {
                types.append(type(of: binding).postgresOID)
                guard !binding.isPostgresNull else {
                    values.append(Parameter(bytes: nil))
                    continue
                }
                let start = buffer.count
                binding.encode(into: &buffer)
                guard buffer.count - start <= Int32.max else {
                    throw PostgresError(.usage, "a parameter holds at most 2147483647 bytes", sql: query.sql)
                }
                values.append(Parameter(bytes: start..<buffer.count))
            }
            keys.append(StatementKey(sql: query.sql, types: types))
            parameters.append(first..<values.count)
        }
    }

    /// Puts a statement of the driver's own before all others.
    mutating func prepend(_ sql: String) {
        keys.insert(StatementKey(sql: sql), at: 0)
        parameters.insert(0..<0, at: 0)
        hidden += 1
    }
}
