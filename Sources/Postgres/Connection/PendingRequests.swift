/// The requests of a connection that wait for their answers.
final class PendingRequests {
    typealias ID = ConnectionMachine.RequestID
    typealias Outcome = ConnectionCore.Outcome

    struct Request {
        var unit: EncodedUnit?
        var script: String?
        /// The unit may be sent again, so that its parameters are kept.
        var isRepeatable = false
        let timer: EventLoop.Timer?
        let continuation: CheckedContinuation<Outcome, Never>
        var results: [PostgresResult] = []

        init(
            unit: EncodedUnit? = nil,
            script: String? = nil,
            isRepeatable: Bool = false,
            timer: EventLoop.Timer?,
            continuation: CheckedContinuation<Outcome, Never>
        ) {
            self.unit = unit
            self.script = script
            self.isRepeatable = isRepeatable
            self.timer = timer
            self.continuation = continuation
        }

        /// The outcome as the caller sees it, without the driver's own BEGIN.
        ///
        /// - Parameter error: nil when the request succeeded.
        func outcome(_ error: PostgresError?) -> (result: Outcome, hasFailedAtBegin: Bool) {
            let hidden = unit?.hidden ?? 0
            guard var error else {
                return (.success(hidden > 0 ? Array(results.dropFirst(hidden)) : results), false)
            }
            var hasFailedAtBegin = false
            if let index = error.statementIndex {
                hasFailedAtBegin = index < hidden
                error.statementIndex = hasFailedAtBegin ? nil : index - hidden
            }
            if error.sql == nil { error.sql = script ?? unit?.keys.dropFirst(hidden).first?.sql }
            return (.failure(error), hasFailedAtBegin)
        }
    }

    private var requests: [ID: Request] = [:]

    func add(_ id: ID, _ request: Request) { requests[id] = request }

    func remove(_ id: ID) -> Request? { requests.removeValue(forKey: id) }

    func unit(of id: ID) -> EncodedUnit? { requests[id]?.unit }

    func script(of id: ID) -> String? { requests[id]?.script }

    /// Drops what a unit that was sent needs no more: its parameters where it is sent no second time, and the results
    /// of an attempt before.
    func noteSent(_ id: ID, isLast: Bool) {
        if isLast || requests[id]?.isRepeatable == false { requests[id]?.unit?.buffer = [] }
        requests[id]?.results = []
    }

    /// - Returns: false when there is no such request.
    func append(_ result: PostgresResult, to id: ID) -> Bool {
        guard requests[id] != nil else { return false }
        requests[id]?.results.append(result)
        return true
    }
}
