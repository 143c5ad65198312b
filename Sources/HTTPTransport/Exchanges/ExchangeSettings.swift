/// The settings of all exchanges of a server.
struct ExchangeSettings: Sendable {
    let timeouts: ConnectionTimeouts
    let crossOrigins: CrossOriginPolicy?
    let faults: FaultResponder
    /// The memory for headers that are not complete.
    let headers = HeaderBudget(limit: 32 * 1024 * 1024)
}
