package import HTTPTypes

/// The answer to a request on its connection's socket. Runs as a task on the threads of direct exchanges, and must
/// end the exchange.
package typealias DirectAnswer = @Sendable (DirectExchange) async -> Void

/// Tells whether a request is answered directly; nil leaves the connection to the event loops.
package typealias DirectResponder = @Sendable (_ request: HTTPRequest) -> DirectAnswer?

/// The application of a listening socket, as direct exchanges see it.
struct DirectEndpoint: Sendable {
    let responder: DirectResponder
    let exchanges: ExchangeFactory
    let metrics: ConnectionMetrics
    /// The descriptors that connections may take.
    let budget: DescriptorBudget
}
