import Hummingbird
import NIOCore

/// What a request carries through its handlers.
struct WaybillContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection; a stream watches it, since a response body is not cancelled when its client leaves.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The peer's address without its port.
    var clientAddress: String { channel.remoteAddress?.ipAddress ?? "local" }
}
