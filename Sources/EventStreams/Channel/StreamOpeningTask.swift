import NIOCore

/// Checks one request for a stream and sends the stream's preamble. Runs on the channel's event loop, as a task.
struct StreamOpeningTask: Sendable {
    let handler: NIOLoopBound<StreamRequestHandler>
    let authorizer: any SubscriptionAuthorizer
    let authorization: SubscriptionAuthorizer.Authorization
    /// The request's target, for the log.
    let path: String
    /// The peer's address without its port.
    let address: String

    func start(on executor: any TaskExecutor) {
        // A client that has left meanwhile asks for nothing any more.
        guard handler.value.isOpening else { return }
        _ = Task<Void, Never>(executorPreference: executor) { await run() }
    }

    private func run() async {
        do {
            let rest: [UInt8]
            switch try await authorization(address) {
            case .endsAtOnce(let bytes): rest = bytes
            case .opens(let subscription):
                var sink = PreambleBuffer(handler, handler.value.hub, subscription.view)
                if try await subscription.opening.run(sink: &sink, start: subscription.start) { return }
                rest = sink.takeBuffered()
            }
            handler.value.finish(rest)
        } catch is SinkClosed {
            handler.value.abandon()
        } catch {
            handler.value.refuse(authorizer.refusal(for: error, on: path))
        }
    }
}
