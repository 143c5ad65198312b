import HTTPTypes
import NIOCore

/// Checks one request for a stream and sends the stream's preamble. Runs on the channel's event loop, as a task.
struct StreamOpeningTask: Sendable {
    let handler: NIOLoopBound<any StreamResponder>
    let authorizer: any SubscriptionAuthorizer
    let authorization: SubscriptionAuthorizer.Authorization
    let request: HTTPRequest
    /// The peer's address without its port.
    let address: String

    /// Starts the task, unless the client has left.
    func start(on executor: any TaskExecutor) {
        // The client may have left while the request waited for its turn.
        guard handler.value.isOpening else { return }
        _ = Task<Void, Never>(executorPreference: executor) { await run() }
    }

    private func run() async {
        do {
            let lastBytes: [UInt8]
            switch try await authorization(address) {
            case .endsAtOnce(let bytes): lastBytes = bytes
            case .opens(let subscription):
                var sink = PreambleBuffer(of: handler, hub: handler.value.hub, view: subscription.view)
                if try await subscription.opening.run(sink: &sink, resumePoint: subscription.resumePoint) { return }
                lastBytes = sink.takeBuffered()
            }
            handler.value.finish(lastBytes)
        } catch is SinkClosed {
            handler.value.abandon()
        } catch {
            handler.value.refuse(authorizer.refusal(for: error, of: request))
        }
    }
}
