import HTTPTypes
import LiveStreams
import NIOCore

/// How a stream begins.
extension StreamRequestHandler {
    func open(_ target: StreamTarget, _ request: HTTPRequest, _ context: ChannelHandlerContext) {
        state = .opening
        // Nothing follows a stream on its connection.
        if !isFrameworkThere, transport != .http2 { framework.close() }
        let front = NIOLoopBound(self, eventLoop: context.eventLoop)
        let asked = Asked(target: target, request: request, address: context.channel.clientAddress)
        let (opener, executor) = (opener, loop.executor)
        loop.pace.admit {
            // Whoever has left meanwhile asks for nothing any more.
            guard case .opening = front.value.state else { return }
            Self.start(asked, opener, front, on: executor)
        }
    }

    private struct Asked: Sendable {
        let target: StreamTarget
        let request: HTTPRequest
        let address: String
    }

    private static func start(
        _ asked: Asked,
        _ opener: SubscriptionAuthorizer,
        _ front: NIOLoopBound<StreamRequestHandler>,
        on executor: EventLoopTaskExecutor
    ) {
        _ = Task<Void, Never>(executorPreference: executor) { await serve(asked, opener, front) }
    }

    private static func serve(
        _ asked: Asked,
        _ opener: SubscriptionAuthorizer,
        _ front: NIOLoopBound<StreamRequestHandler>
    ) async {
        do {
            let rest: [UInt8]
            switch try await opener.open(asked.target, asked.request, from: asked.address) {
            case .busy(let bytes): rest = bytes
            case .opens(let opened):
                var sink = PreambleBuffer(front, opener.hub, opened.view)
                if try await opened.opening.run(sink: &sink, start: opened.start) { return }
                rest = sink.takeHeld()
            }
            front.value.finish(rest)
        } catch is SinkClosed {
            front.value.context?.close(promise: nil)
        } catch {
            front.value.refuse(Problem(error, on: asked.request.path ?? "", opener.logger))
        }
    }
}
