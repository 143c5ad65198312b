/// What makes two statements the same for the server: their text and the types of their parameters.
struct StatementKey: Hashable, Sendable {
    var sql: String
    var types: [UInt32] = []
}

/// Statements that share one Sync, ready to be handed to libpq: all parameters in one buffer. Made on the caller's
/// thread, so that the I/O thread only copies.
struct EncodedUnit: Sendable {
    struct Parameter: Sendable {
        /// nil for NULL.
        var bytes: Range<Int>?
    }

    var keys: [StatementKey] = []
    var parameters: [Range<Int>] = []
    var values: [Parameter] = []
    /// Never empty: an empty buffer may have no address, and libpq takes a null pointer for NULL.
    var buffer: [UInt8] = [0]
    /// How many statements at the front are the driver's own; their results are kept from the caller.
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

    /// Puts a statement without parameters before all others, unseen by the caller.
    mutating func prepend(_ sql: String) {
        keys.insert(StatementKey(sql: sql), at: 0)
        parameters.insert(0..<0, at: 0)
        hidden += 1
    }
}
