import CLibPQ
import Logging
import Synchronization

/// The shell around `ConnectionMachine`: tells the machine what happens, and carries out the actions that it returns.
/// Runs on the executor's thread.
actor ConnectionCore {
    typealias RequestID = ConnectionMachine.RequestID
    typealias Outcome = Result<[PostgresResult], PostgresError>

    nonisolated let executor: PostgresExecutor
    nonisolated let logger: Logger
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    /// A copy of `isOpen` for other threads.
    nonisolated let openFlag = Atomic(false)
    /// A value of the session's user, which lives as long as the session.
    nonisolated let attachment = Mutex<(any Sendable)?>(nil)

    /// The session is lost when its server is promoted: its rows are those of a standby, or of none.
    private let needsStandby: Bool
    let socket: ConnectionSocket
    let connectAttempt = ConnectAttempt()
    let copies = CopyTransfers()
    let closeObservers = CloseObservers()

    private let requests = PendingRequests()
    private var machine = ConnectionMachine()
    private var lease: TransactionLease?
    private var lastID: RequestID = 0
    /// The time for requests that name none of their own.
    private(set) var requestTimeout: Duration?
    private var closeTimer: EventLoop.Timer?
    private var notificationHandler: (@Sendable (_ notification: PostgresNotification) -> Void)?
    private var isTurning = false
    private var mustTurn = false

    /// - Parameter needsStandby: true where no server but a standby will do, for as long as the session lasts.
    init(executor: PostgresExecutor, needsStandby: Bool, logger: Logger) {
        self.executor = executor
        self.needsStandby = needsStandby
        self.logger = logger
        socket = ConnectionSocket(loop: executor.loop, logger: logger)
    }

    var isOpen: Bool { machine.isOpen }

    /// The server process behind the session.
    var backendProcessID: Int32 { socket.backendProcessID }

    /// True when the next borrower finds the connection as good as new: open, idle, outside of any transaction.
    var isReusable: Bool { machine.isOpen && machine.lease == nil && !machine.isBusy && socket.isIdle }

    /// True when no request of a caller who has left is still running.
    var isResponsive: Bool { machine.isOpen && !machine.hasAbandoned }

    /// Sets the handler of notifications, which runs on the executor's thread.
    func setNotificationHandler(_ handler: @escaping @Sendable (_ notification: PostgresNotification) -> Void) {
        notificationHandler = handler
    }

    /// Sets the time for requests that name none of their own.
    func setRequestTimeout(_ timeout: Duration?) {
        requestTimeout = timeout
    }

    func nextID() -> RequestID {
        lastID += 1
        return lastID
    }

    // MARK: Closing

    /// Refuses further requests, lets those in flight end, and closes.
    ///
    /// - Parameter grace: the time for what is in flight.
    func close(grace: Duration) async {
        if machine.isOpen {
            closeTimer = executor.loop.schedule(after: grace) { [weak self] in
                self?.assumeIsolated { core in
                    core.lose(PostgresError(.connectionLost, "closed by the program while a request was running"))
                }
            }
            perform(machine.close())
        }
        await waitUntilClosed()
    }

    /// Gives the connection up: requests in flight fail with the error.
    func lose(_ error: PostgresError) {
        perform(machine.lose(error))
    }

    private func disconnect() {
        openFlag.store(false, ordering: .releasing)
        if let closeTimer { executor.loop.cancel(closeTimer) }
        socket.close()
        closeObservers.notify()
    }

    // MARK: Requests

    /// Gives the machine a request. The continuation gets its outcome.
    func start(
        _ id: RequestID,
        _ work: Work,
        lease wanted: RequestID?,
        timeout: Duration?,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) {
        let timer = (timeout ?? requestTimeout).map { timeout in
            executor.loop.schedule(after: timeout) { [weak self] in
                self?.assumeIsolated { core in core.perform(core.machine.expire(id)) }
            }
        }
        switch work {
        case .unit(var unit):
            if let wanted, wanted == lease?.id, let begin = lease?.takeBegin() { unit.prepend(begin) }
            requests.add(id, .init(unit: unit, isRepeatable: wanted == nil, timer: timer, continuation: continuation))
            perform(machine.submit(id, keys: unit.keys, lease: wanted))
        case .script(let script):
            requests.add(id, .init(script: script, timer: timer, continuation: continuation))
            perform(machine.submitScript(id, lease: wanted))
        case .copy(let sql, let direction):
            requests.add(id, .init(script: sql, timer: timer, continuation: continuation))
            perform(machine.submitCopy(id, direction, lease: wanted))
        case .lease:
            requests.add(id, .init(timer: timer, continuation: continuation))
            perform(machine.requestLease(id))
        }
    }

    /// Notes that the request's caller has left.
    func cancel(_ id: RequestID) {
        perform(machine.cancel(id))
    }

    private func perform(_ actions: [ConnectionMachine.Action]) {
        for action in actions {
            switch action {
            case .send(let id, let steps): send(id, steps)
            case .sendAgain(let id, let steps): send(id, steps, isLast: true)
            case .sendScript(let id): sendScript(id)
            case .succeed(let id): finish(id, nil)
            case .fail(let id, let error): finish(id, error)
            case .endCopy(let id, let error):
                copies.end(id, error)
                if let failure = copies.failure(of: id) { note(failure) }
            case .disconnect: disconnect()
            }
        }
        if mustTurn { turn() }
    }

    private func send(_ id: RequestID, _ steps: [ConnectionMachine.Step], isLast: Bool = false) {
        guard socket.isOpen, let unit = requests.unit(of: id) else { return }
        mustTurn = true
        losingOnError { () throws(PostgresError) in
            try socket.send(unit, steps: steps)
            // libpq holds its own copy now; the parameters may be large.
            requests.noteSent(id, isLast: isLast)
        }
    }

    private func sendScript(_ id: RequestID) {
        guard socket.isOpen, let script = requests.script(of: id) else { return }
        if machine.isRunningCopy { copies.begin(id, sql: script) }
        mustTurn = true
        losingOnError { () throws(PostgresError) in try socket.sendScript(script) }
    }

    private func finish(_ id: RequestID, _ error: PostgresError?) {
        guard let request = requests.remove(id) else { return }
        if let timer = request.timer { executor.loop.cancel(timer) }
        let (outcome, hasFailedAtBegin) = request.outcome(error)
        if case .failure(let failure) = outcome {
            if hasFailedAtBegin { lease?.beginFailed(failure) }
            note(failure)
        }
        request.continuation.resume(returning: outcome)
    }

    /// Writes a failed statement to the log, since errors do not tell it.
    private func note(_ failure: PostgresError) {
        guard let sql = failure.sql else { return }
        logger.debug(
            "a statement failed; its caller gets the error",
            metadata: ["error": "\(failure)", "sql": "\(sql)"]
        )
    }

    private func losingOnError(_ body: () throws(PostgresError) -> Void) {
        do throws(PostgresError) { try body() } catch { lose(error) }
    }

    // MARK: The wire

    /// Called by the loop when the socket is ready.
    func socketReady() {
        if connectAttempt.isUnderWay { return continueConnecting() }
        guard socket.isOpen else { return }
        let isAlive = socket.consumeInput()
        turn()
        // Last: the turn has taken what the server said before it hung up.
        if !isAlive, socket.isOpen { lose(socket.lastError()) }
    }

    /// Sends what libpq holds and takes the answers that have arrived, until there is nothing more of either. Answers
    /// are looked for after every send, since libpq reads on its own while the kernel takes no more.
    func turn() {
        guard !isTurning else { return }
        isTurning = true
        defer { isTurning = false }
        repeat {
            mustTurn = false
            if socket.isOpen { losingOnError { () throws(PostgresError) in try socket.flush() } }
            takeCopyData()
            takeReplies()
            // After the replies: libpq reads no further while one of them waits to be taken.
            for notification in socket.takeNotifications() { notificationHandler?(notification) }
            copies.wakeAll()
        } while mustTurn && socket.isOpen
    }

    /// Takes the rows of a COPY to the client that libpq has, up to the high-water mark.
    private func takeCopyData() {
        guard let (id, direction) = transfer, direction == .out, socket.isOpen else { return }
        losingOnError { () throws(PostgresError) in
            let progress = try copies.withChunk(of: id) { (chunk) throws(PostgresError) in
                try socket.readCopyRows(into: &chunk, limit: CopyTransfers.highWaterBytes)
            }
            switch progress {
            case .isFull:
                copies.pause(id)
                socket.pause()
            case .hasEnded: machine.copyDataEnded()
            case .needsInput, nil: break
            }
        }
    }

    private func takeReplies() {
        while machine.expectsReplies, socket.isOpen, !socket.isBusy {
            let result = socket.nextResult()
            let reply = ConnectionMachine.Reply(result)
            if needsStandby, reply == .synced, socket.isOfPrimary {
                if let result { PQclear(result) }
                return lose(PostgresError(.connectionLost, "the server has been promoted, and is no standby any more"))
            }
            let wasScript = machine.isRunningScript
            let received = machine.received(reply)
            if let result { keep(result, for: received.keepFor) }
            if wasScript, reply == .end, !socket.enterPipelineMode() {
                return perform(received.actions + machine.lose(socket.lastError()))
            }
            // The first rows may have come along and lie in libpq's buffer, of which the socket says nothing.
            if case .copying = reply { mustTurn = true }
            perform(received.actions)
            if case .failure(let error) = reply, error.kind == .connectionLost { return lose(error) }
        }
    }

    /// Keeps a result for the request that wants it, or frees it.
    private func keep(_ result: OpaquePointer, for id: RequestID?) {
        guard let id else { return PQclear(result) }
        let storage = ResultStorage(taking: result)
        if !requests.append(PostgresResult(storage: storage), to: id) { copies.setRows(storage.affectedRows, of: id) }
    }

    // MARK: COPY

    /// The COPY whose data goes at present, and its direction.
    var transfer: (id: RequestID, direction: ConnectionMachine.CopyDirection)? { machine.transfer }

    /// Notes that all data of the COPY has been handed over.
    func copyDataEnded() {
        machine.copyDataEnded()
        turn()
    }

    // MARK: Leases

    /// The lease that the machine has granted.
    var grantedLease: RequestID? { machine.lease }

    /// The lease of this id; nil when it has ended.
    func currentLease(_ id: RequestID) -> TransactionLease? { lease?.id == id ? lease : nil }

    func acquireLease(begin: String, timeout: Duration?) async throws(PostgresError) -> RequestID {
        let id = nextID()
        _ = try await run(.lease, lease: nil, timeout: timeout, id: id).get()
        lease = TransactionLease(id: id, begin: begin)
        return id
    }

    func returnLease(_ id: RequestID) {
        guard lease?.id == id else { return }
        lease = nil
        perform(machine.returnLease(id))
    }
}
