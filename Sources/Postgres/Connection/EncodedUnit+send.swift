import CLibPQ

extension EncodedUnit {
    /// Hands the steps and one Sync to libpq, which copies everything.
    ///
    /// - Returns: false when libpq refused; the connection must then be given up.
    func send(_ steps: [ConnectionMachine.Step], on connection: OpaquePointer) -> Bool {
        buffer.withUnsafeBufferPointer { bytes in
            for step in steps {
                let sent =
                    switch step {
                    case .prepare(let name, let statement): prepare(name, statement, connection)
                    case .executePrepared(let name, let statement): execute(name, statement, connection, bytes)
                    case .executeUnnamed(let statement): execute(nil, statement, connection, bytes)
                    }
                guard sent else { return false }
            }
            return PQpipelineSync(connection) == 1
        }
    }

    private func prepare(_ name: String, _ statement: Int, _ connection: OpaquePointer) -> Bool {
        let key = keys[statement]
        return PQsendPrepare(connection, name, key.sql, Int32(key.types.count), key.types) == 1
    }

    private func execute(
        _ name: String?,
        _ statement: Int,
        _ connection: OpaquePointer,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let range = parameters[statement]
        let count = range.count
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { integers in
                for (index, value) in values[range].enumerated() {
                    let start = value.bytes.flatMap { bytes.baseAddress?.advanced(by: $0.lowerBound) }
                    pointers.initializeElement(
                        at: index,
                        to: start.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
                    )
                    integers.initializeElement(at: index, to: Int32(value.bytes?.count ?? 0))
                    integers.initializeElement(at: count + index, to: 1)
                }
                let lengths = integers.baseAddress
                let formats = lengths?.advanced(by: count)
                let values = pointers.baseAddress
                guard let name else {
                    let key = keys[statement]
                    return PQsendQueryParams(connection, key.sql, Int32(count), key.types, values, lengths, formats, 1)
                        == 1
                }
                return PQsendQueryPrepared(connection, name, Int32(count), values, lengths, formats, 1) == 1
            }
        }
    }
}
