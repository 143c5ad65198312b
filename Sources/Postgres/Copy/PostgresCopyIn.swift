/// The destination of the data of a COPY from the client.
package struct PostgresCopyIn: Sendable {
    let core: ConnectionCore
    let id: ConnectionMachine.RequestID
    let timeout: Duration?

    /// Sends bytes in the format that the statement names; rows may be cut anywhere. Returns when the kernel has taken
    /// them.
    package func write(_ bytes: [UInt8]) async throws(PostgresError) {
        try await core.putCopyData(id, bytes, timeout: timeout)
    }
}
