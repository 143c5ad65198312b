import Logging
package import NIOCore
import Primitives
import Synchronization

/// Keeps a subscription to one channel, on a connection that is made again whenever it is lost. In a cluster it is a
/// sharded subscription, which moves with the channel's slot.
package struct RedisSubscriber: Sendable {
    package enum Event: Sendable {
        /// The subscription began: messages that are published from now on arrive.
        case subscribed(RedisHost)
        case message(ByteBuffer)
        /// The subscription ended, or could not begin: messages are missed from now on.
        case lost(RedisError)
    }

    private let configuration: RedisConfiguration
    private let channel: String
    private let silence: Duration

    private static let maximumRedirects = 4
    /// The time that a subscription lasts before the next failure counts as the first.
    private static let proof: Duration = .seconds(5)

    /// - Parameter silence: the time without a message after which the next host is tried, since a replica or a node
    ///   that is cut off from the others answers and hears nothing.
    package init(configuration: RedisConfiguration, channel: String, silence: Duration = .seconds(3600)) {
        self.configuration = configuration
        self.channel = channel
        self.silence = silence
    }

    /// Subscribes until the task is cancelled.
    ///
    /// - Parameter handle: called with messages in order, on the event loop of the connection: it must not block. All
    ///   events of a connection come before those of the next one.
    package func run(_ handle: @escaping @Sendable (Event) -> Void) async {
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(2))
        var next = 0
        while !Task.isCancelled {
            let session = SubscriptionSession(channel: channel, handle: handle)
            let host = configuration.hosts[next % configuration.hosts.count]
            do throws(RedisError) {
                let connection = try await subscribe(session, at: host)
                let began = ContinuousClock.now
                defer { connection.close() }
                connection.onClose { session.ended.fulfill(.closed("the server closed it")) }
                handle(.subscribed(connection.host))
                session.open()
                do throws(RedisError) {
                    try await watch(connection, session)
                } catch {
                    if ContinuousClock.now - began > Self.proof { backoff.reset() }
                    throw error
                }
            } catch {
                session.end()
                guard !Task.isCancelled else { return }
                handle(.lost(error))
                if error != .moved { next += 1 }
            }
            // Ends early when the task is cancelled, which the loop's condition sees.
            try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
        }
    }

    private func subscribe(_ session: SubscriptionSession, at host: RedisHost) async throws(RedisError)
        -> RedisConnection
    {
        var host = host
        for _ in 0...Self.maximumRedirects {
            let connection = try await RedisConnection.connect(to: host, configuration) { session.take($0) }
            do throws(RedisError) {
                let (verb, kind) =
                    connection.mode == .cluster ? ("SSUBSCRIBE", "ssubscribe") : ("SUBSCRIBE", "subscribe")
                _ = try await connection.send(RESPCommand(verb, channel), verb, confirmation: kind)
                return connection
            } catch {
                connection.close()
                guard case .server(let message) = error, let redirect = RedisRedirect(message, from: connection.host)
                else { throw error }
                host = redirect.host
            }
        }
        throw .redirects
    }

    /// Waits until the connection or the subscription ends, or the task is cancelled.
    private func watch(_ connection: RedisConnection, _ session: SubscriptionSession) async throws(RedisError) {
        let error = await withTaskGroup(of: RedisError.self) { group in
            group.addTask {
                do throws(RedisError) {
                    try await connection.watch()
                    return .closed("the server closed it")
                } catch {
                    return error
                }
            }
            group.addTask {
                await withTaskCancellationHandler {
                    await session.ended.value()
                } onCancel: {
                    session.ended.fulfill(.closed("cancelled"))
                }
            }
            group.addTask { [silence] in
                while !Task.isCancelled, session.quiet < silence {
                    // A cancelled sleep ends the loop by its condition.
                    try? await Task.sleep(for: silence - session.quiet + .milliseconds(1))
                }
                return .timeout("a message that was awaited")
            }
            let first = await group.next() ?? .closed("cancelled")
            group.cancelAll()
            return first
        }
        throw error
    }
}

/// The messages of one connection. Those that arrive before the subscriber knows of the subscription are kept, so that
/// events come in order.
private final class SubscriptionSession: Sendable {
    /// The messages that are kept; those beyond are dropped.
    private static let mostKept = 16

    private enum State {
        case confirming([ByteBuffer])
        case open, over
    }

    /// Fulfilled when the subscription has ended.
    let ended = OneShotPromise<RedisError>()
    private let channel: String
    private let handle: @Sendable (RedisSubscriber.Event) -> Void
    private let state = Mutex(State.confirming([]))
    private let lastMessage = Mutex(ContinuousClock.now)

    init(channel: String, handle: @escaping @Sendable (RedisSubscriber.Event) -> Void) {
        self.channel = channel
        self.handle = handle
    }

    /// The time since the last message.
    var quiet: Duration { lastMessage.withLock { .now - $0 } }

    func take(_ push: [RESPValue]) {
        switch push.first?.text {
        case "message", "smessage":
            guard push.count == 3, push[1].text == channel, case .bulk(let payload) = push[2] else { return }
            lastMessage.withLock { $0 = .now }
            // Under the lock, so that messages keep their order, and none follows the end.
            state.withLock { state in
                switch state {
                case .confirming(let kept):
                    if kept.count < Self.mostKept { state = .confirming(kept + [payload]) }
                case .open: handle(.message(payload))
                case .over: break
                }
            }
        case "unsubscribe", "sunsubscribe": ended.fulfill(.moved)
        default: break
        }
    }

    func open() {
        state.withLock { state in
            guard case .confirming(let kept) = state else { return }
            state = .open
            for payload in kept { handle(.message(payload)) }
        }
    }

    func end() {
        state.withLock { $0 = .over }
    }
}
