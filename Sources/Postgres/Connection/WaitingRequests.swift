/// The requests of a connection that are not sent yet, and the lease that is granted: while it is, the requests of its
/// holder go, and the others wait.
struct WaitingRequests {
    typealias Request = ConnectionMachine.Request

    /// The lease that is granted at present.
    private(set) var lease: ConnectionMachine.RequestID?
    private var withoutLease: [Request] = []
    private var underLease: [Request] = []

    /// The request that goes next; nil when none may.
    var first: Request? { lease == nil ? withoutLease.first : underLease.first }

    mutating func append(_ request: Request, underLease isUnderLease: Bool) {
        if isUnderLease { underLease.append(request) } else { withoutLease.append(request) }
    }

    /// Lets a request outside of a lease go before all others of its kind.
    mutating func prepend(_ request: Request) { withoutLease.insert(request, at: 0) }

    /// Removes the request that goes next.
    mutating func removeFirst() {
        if lease == nil { withoutLease.removeFirst() } else { underLease.removeFirst() }
    }

    /// - Returns: false when no such request waits.
    mutating func remove(_ id: ConnectionMachine.RequestID) -> Bool {
        if let index = withoutLease.firstIndex(where: { $0.id == id }) {
            withoutLease.remove(at: index)
            return true
        }
        if let index = underLease.firstIndex(where: { $0.id == id }) {
            underLease.remove(at: index)
            return true
        }
        return false
    }

    /// Removes all requests.
    ///
    /// - Returns: those under the lease, then the others.
    mutating func removeAll() -> [Request] {
        defer { (withoutLease, underLease) = ([], []) }
        return underLease + withoutLease
    }

    // MARK: Leases

    /// Grants the lease for which the next request asks.
    mutating func grantLease(_ id: ConnectionMachine.RequestID) {
        removeFirst()
        lease = id
    }

    /// Ends the lease.
    ///
    /// - Returns: the requests under it that were not sent.
    @discardableResult
    mutating func endLease() -> [Request] {
        defer { underLease = [] }
        lease = nil
        return underLease
    }
}
