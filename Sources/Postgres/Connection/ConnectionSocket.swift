import CLibPQ
import Logging
import Primitives

/// The socket of one session: libpq's `PGconn`, and the event loop's watch on its descriptor. All calls of libpq that
/// act on a connection are here. Belongs to the loop's thread.
final class ConnectionSocket {
    private let loop: EventLoop
    private let notices: NoticeLog
    private var connection: OpaquePointer?
    private var registration: EventLoop.Registration?
    private var descriptor: Int32 = -1
    private var onReady: () -> Void = {}
    /// True while libpq holds bytes that the kernel has not taken.
    private(set) var hasUnsentBytes = false

    init(loop: EventLoop, logger: Logger) {
        self.loop = loop
        notices = NoticeLog(logger: logger)
    }

    var isOpen: Bool { connection != nil }

    /// The server process behind the session; 0 when there is none.
    var backendProcessID: Int32 { connection.map { PQbackendPID($0) } ?? 0 }

    /// True when no transaction is open and no statement runs.
    var isIdle: Bool { connection.map { PQtransactionStatus($0) == PQTRANS_IDLE } ?? false }

    /// True while a transaction is open or a statement runs.
    var isInTransaction: Bool { connection.map { PQtransactionStatus($0) != PQTRANS_IDLE } ?? false }

    /// True for a server that has told that it is no standby: it tells so before the end of the answer in which it has
    /// ceased to be one. False for a pooler that does not pass that on.
    var isOfPrimary: Bool {
        guard let connection, let status = PQparameterStatus(connection, "in_hot_standby") else { return false }
        return String(cString: status) == "off"
    }

    /// libpq's last error.
    func lastError(_ kind: PostgresError.Kind = .connectionLost) -> PostgresError {
        guard let connection else { return PostgresError(.closed, "the connection is closed") }
        return PostgresError(kind, connection: connection)
    }

    // MARK: Opening and closing

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - keywords: libpq's parameters, for one numeric address or local socket: libpq would look a name up here.
    ///   - onReady: called whenever the socket is ready; then call `pollConnecting` until it returns true, and
    ///     `consumeInput` after that.
    func open(_ keywords: [(String, String)], onReady: @escaping () -> Void) throws(PostgresError) {
        connection = withCStrings(keywords.map(\.0)) { names in
            withCStrings(keywords.map(\.1)) { values in PQconnectStartParams(names, values, 0) }
        }
        guard let connection else { throw PostgresError(.connect, "out of memory") }
        notices.receive(from: connection)
        // Only then does a refused login tell its SQLSTATE.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        guard PQstatus(connection) != CONNECTION_BAD else { throw lastError(.connect) }
        self.onReady = onReady
        // The manual says to act first as if the last poll had asked for writing.
        try watch(for: .writable)
    }

    /// Goes on with connecting. libpq does not apply its own deadline here.
    ///
    /// - Returns: true when the session is open, in pipeline mode.
    func pollConnecting() throws(PostgresError) -> Bool {
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: try watch(for: .readable)
        case PGRES_POLLING_WRITING: try watch(for: .writable)
        case PGRES_POLLING_OK:
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            guard PQsetnonblocking(connection, 1) == 0, enterPipelineMode() else { throw lastError(.connect) }
            try watch(for: .readable)
            return true
        default: throw lastError(.connect)
        }
        return false
    }

    func close() {
        pause()
        if let connection { PQfinish(connection) }
        connection = nil
        onReady = {}
    }

    // MARK: Watching

    /// Watches the socket anew. libpq may have replaced it, even by one of the same number.
    private func watch(for events: Epoll.Events) throws(PostgresError) {
        pause()
        descriptor = PQsocket(connection)
        do {
            registration = try loop.watch(descriptor, for: events) { [weak self] _ in self?.onReady() }
        } catch {
            throw PostgresError(.connect, "the socket cannot be watched: \(error)")
        }
    }

    /// Stops watching the socket. Watching it for no event would not do: a hang-up is reported all the same, again and
    /// again.
    func pause() {
        if let registration { loop.unwatch(descriptor, registration: registration) }
        registration = nil
    }

    func resume() throws(PostgresError) {
        hasUnsentBytes = false
        try watch(for: .readable)
    }

    private func setUnsentBytes(_ hasUnsent: Bool) throws(PostgresError) {
        guard hasUnsent != hasUnsentBytes, let registration else { return }
        hasUnsentBytes = hasUnsent
        do {
            let events: Epoll.Events = hasUnsent ? [.readable, .writable] : .readable
            try loop.rewatch(descriptor, for: events, registration: registration)
        } catch {
            throw PostgresError(.connectionLost, "the socket cannot be watched: \(error)")
        }
    }

    // MARK: Sending

    /// Sends what libpq holds, as far as the kernel takes it.
    func flush() throws(PostgresError) {
        switch PQflush(connection) {
        case 0: try setUnsentBytes(false)
        case 1: try setUnsentBytes(true)
        default: throw lastError()
        }
    }

    /// Hands the steps of a unit and one Sync to libpq.
    func send(_ unit: EncodedUnit, steps: [ConnectionMachine.Step]) throws(PostgresError) {
        guard let connection, unit.send(steps, on: connection) else { throw lastError() }
    }

    /// Hands SQL text to libpq, to be sent by the simple protocol.
    func sendScript(_ sql: String) throws(PostgresError) {
        guard PQexitPipelineMode(connection) == 1, PQsendQuery(connection, sql) == 1 else { throw lastError() }
    }

    /// Goes back to pipeline mode after a script.
    func enterPipelineMode() -> Bool { PQenterPipelineMode(connection) == 1 }

    // MARK: Receiving

    /// Reads what has arrived.
    ///
    /// - Returns: false when the server has hung up; what it said before can still be taken.
    func consumeInput() -> Bool { PQconsumeInput(connection) == 1 }

    /// True when `nextResult` would block.
    var isBusy: Bool { PQisBusy(connection) != 0 }

    /// Takes the next result. The caller owns it.
    func nextResult() -> OpaquePointer? { PQgetResult(connection) }

    /// Takes the notifications that have arrived.
    ///
    /// - Returns: of those of one channel that follow each other, the last one.
    func takeNotifications() -> [PostgresNotification] {
        guard let connection else { return [] }
        var notifications: [PostgresNotification] = []
        while let received = PQnotifies(connection) {
            let notification = PostgresNotification(
                channel: String(cString: received.pointee.relname),
                payload: received.pointee.extra.map { String(cString: $0) } ?? ""
            )
            PQfreemem(received)
            // Many of one channel come at once.
            if notifications.last?.channel == notification.channel { notifications.removeLast() }
            notifications.append(notification)
        }
        return notifications
    }

    // MARK: COPY

    enum CopyProgress {
        /// No whole row is there.
        case needsInput
        /// The chunk has reached its limit.
        case isFull
        case hasEnded
    }

    /// Appends the rows of a COPY to the client that have arrived.
    ///
    /// - Parameter limit: no further row is taken once the chunk has so many bytes.
    func readCopyRows(into chunk: inout [UInt8], limit: Int) throws(PostgresError) -> CopyProgress {
        while chunk.count < limit {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &row, 1)
            if let row {
                chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            }
            switch length {
            case 1...: continue
            case 0: return .needsInput
            case -1: return .hasEnded
            default: throw lastError()
            }
        }
        return .isFull
    }

    /// Hands data of a COPY from the client to libpq, which keeps it until the kernel takes it.
    func sendCopyData(_ bytes: [UInt8], in range: Range<Int>) throws(PostgresError) {
        let status = bytes.withUnsafeBytes { buffer in
            buffer[range].withMemoryRebound(to: CChar.self) {
                PQputCopyData(connection, $0.baseAddress, Int32($0.count))
            }
        }
        guard status == 1 else { throw lastError() }
    }

    /// Ends a COPY from the client.
    ///
    /// - Parameter failure: not nil to have the server drop what it has got, with this text as the reason.
    func endCopyData(failure: String?) throws(PostgresError) {
        guard PQputCopyEnd(connection, failure) == 1 else { throw lastError() }
    }
}
