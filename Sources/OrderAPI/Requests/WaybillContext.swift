import HTTPTransport
package import Hummingbird
import NIOCore

/// The context that a request carries through its handlers.
package struct WaybillContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// The request's span; nil where there is no tracer.
    var span: RequestSpan?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The peer's address without its port.
    package var clientAddress: String { channel.clientAddress }
}
