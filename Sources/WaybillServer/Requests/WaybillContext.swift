import Hummingbird
import NIOCore

/// What a request carries through its handlers.
struct WaybillContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The peer's address without its port.
    var clientAddress: String { channel.clientAddress }
}

extension Channel {
    /// The peer's address without its port, as limits know it.
    var clientAddress: String { remoteAddress?.ipAddress ?? parent?.clientAddress ?? "local" }
}
