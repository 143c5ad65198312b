import CLibPQ
import Logging
import Synchronization

/// The shell around `ConnectionMachine`: it owns the `PGconn`, asks the machine and acts. Everything here runs on the
/// executor's thread.
actor ConnectionCore {
    typealias RequestID = ConnectionMachine.RequestID
    typealias Outcome = Result<[PostgresResult], PostgresError>

    struct Pending {
        var unit: EncodedUnit?
        var script: String?
        var results: [PostgresResult] = []
        var timer: EventLoop.Timer?
        var continuation: CheckedContinuation<Outcome, Never>
    }

    nonisolated let executor: PostgresExecutor
    nonisolated let logger: Logger
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    /// A copy of the machine's word for those who ask from elsewhere.
    nonisolated let openFlag = Atomic(false)
    private(set) var backendProcessID: Int32 = 0

    var connection: OpaquePointer?
    var machine = ConnectionMachine()
    var registration: EventLoop.Registration?
    var descriptor: Int32 = -1
    var wantsWrite = false
    var connecting: (continuation: CheckedContinuation<PostgresError?, Never>, timer: EventLoop.Timer)?
    var onNotification: (@Sendable () -> Void)?
    var pending: [RequestID: Pending] = [:]
    private var lastID: RequestID = 0
    var closeObservers: [RequestID: CheckedContinuation<Void, Never>] = [:]
    var closeHandlers: [@Sendable () -> Void] = []
    var closeTimer: EventLoop.Timer?
    var copies: [RequestID: CopyTransfer] = [:]
    var isTurning = false
    var mustTurn = false

    init(executor: PostgresExecutor, logger: Logger) {
        self.executor = executor
        self.logger = logger
    }

    func nextID() -> RequestID {
        lastID += 1
        return lastID
    }

    func becomeOpen(_ connection: OpaquePointer) {
        backendProcessID = PQbackendPID(connection)
        openFlag.store(true, ordering: .releasing)
    }

    // MARK: Requests

    /// Runs one unit, script or lease request to its end.
    /// - Parameter isCancellable: false for a rollback, which must run in a cancelled task too.
    func run(
        _ work: Work,
        lease: RequestID?,
        timeout: Duration?,
        isCancellable: Bool = true,
        id requested: RequestID? = nil
    ) async -> Outcome {
        if isCancellable, Task.isCancelled {
            return .failure(PostgresError(.cancelled, "the task had been cancelled before the request was sent"))
        }
        if lease == nil, let held = HeldLease.current, held.core == ObjectIdentifier(self), held.id == machine.lease {
            return .failure(PostgresError(.usage, "inside a transaction use the connection that its body was given"))
        }
        if let lease, lease == leased?.id {
            if let failure = leased?.failure { return .failure(failure) }
            // On its own: in one script with BEGIN, a syntax error would keep BEGIN from being run.
            if work.needsTheWire, leased?.begin != nil {
                let begun = await run(
                    .unit(EncodedUnit()),
                    lease: lease,
                    timeout: timeout,
                    isCancellable: isCancellable
                )
                if case .failure = begun { return begun }
            }
        }
        let id = requested ?? nextID()
        guard isCancellable else {
            return await withCheckedContinuation { start(id, work, lease: lease, timeout: timeout, $0) }
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { start(id, work, lease: lease, timeout: timeout, $0) }
        } onCancel: {
            // Runs after `start`, since that belongs to a job of this executor that is under way.
            Task { await self.cancel(id) }
        }
    }

    enum Work: Sendable {
        case unit(EncodedUnit)
        case script(String)
        case copy(String, ConnectionMachine.CopyDirection)
        case lease

        /// Sent by the simple protocol, behind nothing else.
        var needsTheWire: Bool {
            switch self {
            case .script, .copy: true
            case .unit, .lease: false
            }
        }
    }

    private func start(
        _ id: RequestID,
        _ work: Work,
        lease: RequestID?,
        timeout: Duration?,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) {
        var request = Pending(continuation: continuation)
        if let timeout {
            request.timer = executor.loop.schedule(after: timeout) { [weak self] in
                self?.assumeIsolated { core in core.perform(core.machine.expire(id)) }
            }
        }
        switch work {
        case .unit(var unit):
            if let lease, lease == leased?.id, let begin = leased?.begin {
                leased?.begin = nil
                unit.prepend(begin)
            }
            let keys = unit.keys
            request.unit = unit
            pending[id] = request
            perform(machine.submit(id, keys: keys, lease: lease))
        case .script(let script):
            request.script = script
            pending[id] = request
            perform(machine.submitScript(id, lease: lease))
        case .copy(let sql, let direction):
            request.script = sql
            pending[id] = request
            perform(machine.submitCopy(id, direction, lease: lease))
        case .lease:
            pending[id] = request
            perform(machine.requestLease(id))
        }
    }

    private func cancel(_ id: RequestID) {
        perform(machine.cancel(id))
    }

    // MARK: Leases

    /// A caller's hold on the connection and the BEGIN that goes out with its first statement.
    struct Lease {
        let id: RequestID
        var begin: String?
        /// Why BEGIN failed: nothing may run under the lease then, since it would be outside of any transaction.
        var failure: PostgresError?
        var wasUsed: Bool { begin == nil }
    }

    var leased: Lease?

    func acquireLease(begin: String, timeout: Duration?) async throws(PostgresError) -> RequestID {
        let id = nextID()
        _ = try await run(.lease, lease: nil, timeout: timeout, id: id).get()
        leased = Lease(id: id, begin: begin)
        return id
    }

    func returnLease(_ id: RequestID) {
        guard leased?.id == id else { return }
        leased = nil
        perform(machine.returnLease(id))
    }
}
