/// The settings of all exchanges of a server.
struct ExchangeSettings: Sendable {
    let timeouts: ConnectionTimeouts
    let crossOrigins: CrossOriginPolicy?
    let faults: FaultResponder
}
