import Logging
import NIOCore
import OrderLog
import Primitives
import Redis
import Synchronization

/// The messages of this log that come by Redis.
struct EdgeFeed {
    let configuration: RedisConfiguration
    let codec: RelayCodec
    let registry: EpochRegistry
    let metrics: EdgeMetrics
    let logger: Logger

    /// The time without a message after which another server of Redis is tried.
    private static let longSilence: Duration = .seconds(10)

    /// Subscribes until the task is cancelled.
    ///
    /// - Parameters:
    ///   - onChange: called when messages are missed from now on (false), or arrive from now on (true).
    ///   - onMessage: returns true for a message of this log's history: with it an outage is over, since a server that
    ///     brings none is of no use.
    func run(
        onChange: @escaping @Sendable (_ isSubscribed: Bool) -> Void,
        onMessage: @escaping @Sendable (RelayMessage) -> Bool
    ) async {
        while !Task.isCancelled {
            guard let channels = RelayChannels(registry.current) else {
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: EdgeTailState.activeInterval)
                continue
            }
            let outage = Mutex(
                ConnectionOutage(
                    lost: "the edge lost Redis; events are read from the database, and connecting is tried again",
                    over: "over: the edge has Redis again",
                    logger: logger
                )
            )
            let subscriber = RedisSubscriber(
                configuration: configuration,
                channel: channels.events,
                silence: Self.longSilence
            )
            await subscriber.run { event in
                switch event {
                case .subscribed: onChange(true)
                case .lost(let error):
                    _ = outage.withLock { $0.failed(error) }
                    onChange(false)
                case .message(let bytes):
                    if let message = read(bytes), onMessage(message) { outage.withLock { $0.ended() } }
                }
            }
        }
    }

    private func read(_ bytes: ByteBuffer) -> RelayMessage? {
        do throws(RelayMessageError) {
            let message = try codec.decode(bytes)
            let now = Int64(SystemClock.unixNanoseconds() / 1000)
            metrics.arrived(message, bytes: bytes.readableBytes, now: now)
            return message
        } catch {
            metrics.unread()
            logger.warning(
                "a message in this log's channel is left aside: it is not of this log's processes, or of a later version",
                metadata: ["error": "\(error)"]
            )
            return nil
        }
    }
}
