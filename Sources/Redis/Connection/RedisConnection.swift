import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Synchronization

/// One connection to a server, logged in, speaking RESP3.
package final class RedisConnection: Sendable {
    /// The server's kind, as it tells at the login.
    package enum Mode: Sendable, Hashable {
        case standalone, cluster
    }

    package let host: RedisHost
    package let mode: Mode
    /// True for a server that follows another one.
    package let isReplica: Bool
    /// The server's version as it tells it, such as `7.2.4`; empty where it tells none.
    package let version: String
    private let channel: any Channel
    private let configuration: RedisConfiguration
    private let lastBytes: LastBytes

    private init(
        _ host: RedisHost,
        _ facts: (mode: Mode, isReplica: Bool, version: String),
        _ channel: any Channel,
        _ configuration: RedisConfiguration,
        _ lastBytes: LastBytes
    ) {
        self.host = host
        (mode, isReplica, version) = facts
        self.channel = channel
        self.configuration = configuration
        self.lastBytes = lastBytes
    }

    /// Connects and logs in.
    ///
    /// - Parameter onPush: called on the connection's event loop with data that the server sends without being asked;
    ///   it must not block.
    package static func connect(
        to host: RedisHost,
        _ configuration: RedisConfiguration,
        onPush: @escaping @Sendable ([RESPValue]) -> Void = { _ in }
    ) async throws(RedisError) -> RedisConnection {
        let lastBytes = LastBytes()
        let channel = try await open(host, configuration, lastBytes, onPush)
        do throws(RedisError) {
            let greeting = try await greet(host, channel, configuration)
            guard let mode = greeting["mode"]?.text else {
                throw .protocolViolation("HELLO was answered without a mode")
            }
            let facts = (
                mode == "cluster" ? Mode.cluster : .standalone, greeting["role"]?.text != "master",
                ServerMessage.loggable(greeting["version"]?.text ?? "")
            )
            return RedisConnection(host, facts, channel, configuration, lastBytes)
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    private static func open(
        _ host: RedisHost,
        _ configuration: RedisConfiguration,
        _ lastBytes: LastBytes,
        _ onPush: @escaping @Sendable ([RESPValue]) -> Void
    ) async throws(RedisError) -> any Channel {
        var limits = RESPParser.Limits()
        limits.bulkBytes = configuration.messageBytes
        limits.replyBytes = configuration.messageBytes + 64 * 1024
        let parserLimits = limits
        do {
            let tls = try configuration.tls.map { try RedisTLS.context($0) }
            let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(configuration.connectTimeout))
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls {
                            // The certificate of an address is verified by the address itself.
                            let name = IPAddress(host.name) == nil ? host.name : nil
                            let handler = try NIOSSLClientHandler(context: tls, serverHostname: name)
                            try channel.pipeline.syncOperations.addHandler(handler)
                        }
                        try channel.pipeline.syncOperations.addHandler(
                            RedisChannelHandler(limits: parserLimits, onPush: onPush) { lastBytes.arrived() }
                        )
                    }
                }
                .connect(host: host.name, port: host.port)
            return try await cancellable(connecting)
        } catch {
            throw .connect(host: "\(host)", reason: RedisChannelHandler.text(error))
        }
    }

    /// Waits for a channel until the task is cancelled. A channel that comes later is closed.
    private static func cancellable(_ connecting: EventLoopFuture<any Channel>) async throws -> any Channel {
        let promise = OneShotPromise<Result<any Channel, any Error>>()
        connecting.whenComplete { result in
            guard !promise.fulfill(result), case .success(let channel) = result else { return }
            channel.close(promise: nil)
        }
        return try await withTaskCancellationHandler {
            await promise.value()
        } onCancel: {
            promise.fulfill(.failure(RedisError.closed("cancelled")))
        }.get()
    }

    /// Logs in and chooses RESP3. The first answer, so that a failed TLS handshake shows here.
    private static func greet(
        _ host: RedisHost,
        _ channel: any Channel,
        _ configuration: RedisConfiguration
    ) async throws(RedisError) -> RESPValue {
        var words = ["HELLO", "3"]
        if let password = configuration.password { words += ["AUTH", configuration.user ?? "default", password] }
        words += ["SETNAME", configuration.clientName]
        do throws(RedisError) {
            let timeout = configuration.connectTimeout
            return try await send(RESPCommand(words: words), "the login", timeout: timeout, on: channel)
        } catch {
            guard case .server(let message) = error else {
                throw .connect(host: "\(host)", reason: "\(error)")
            }
            switch message.prefix(while: { $0 != " " }) {
            case "WRONGPASS", "NOAUTH", "NOPERM": throw .login(host: "\(host)", reason: message)
            case "NOPROTO": throw .tooOld(host: "\(host)", reason: message)
            case "ERR" where message.lowercased().contains("unknown command"):
                throw .tooOld(host: "\(host)", reason: message)
            default: throw .connect(host: "\(host)", reason: message)
            }
        }
    }

    /// Sends a command and waits for its answer, until the task is cancelled, or until
    /// `RedisConfiguration.replyTimeout`, which ends the connection.
    ///
    /// - Parameters:
    ///   - subject: the command as errors name it.
    ///   - confirmation: the kind of pushed data that is the answer; nil for an ordinary one.
    package func send(
        _ command: RESPCommand,
        _ subject: String,
        confirmation: String? = nil
    ) async throws(RedisError) -> RESPValue {
        let timeout = configuration.replyTimeout
        return try await Self.send(command, subject, confirmation: confirmation, timeout: timeout, on: channel)
    }

    private static func send(
        _ command: RESPCommand,
        _ subject: String,
        confirmation: String? = nil,
        timeout: Duration,
        on channel: any Channel
    ) async throws(RedisError) -> RESPValue {
        let promise = channel.eventLoop.makePromise(of: RESPValue.self)
        let request = RedisRequest(
            command: command,
            confirmation: confirmation,
            subject: subject,
            timeout: TimeAmount(timeout),
            promise: promise
        )
        channel.write(request).whenFailure { error in
            // The first failure counts: the handler's, where it told one.
            promise.fail(error as? RedisError ?? .closed(RedisChannelHandler.text(error)))
        }
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(RedisError.closed("cancelled"))
            }
        } catch {
            throw error as? RedisError ?? .closed(RedisChannelHandler.text(error))
        }
    }

    /// Tries the connection each time that nothing has arrived for `RedisConfiguration.keepAlive`, until it ends or the
    /// task is cancelled.
    ///
    /// - Throws: the reason why the connection does not work.
    package func watch() async throws(RedisError) {
        while channel.isActive {
            let quiet = lastBytes.age
            guard quiet >= configuration.keepAlive else {
                do {
                    try await Task.sleep(for: configuration.keepAlive - quiet)
                } catch {
                    throw .closed("cancelled")
                }
                continue
            }
            _ = try await send(RESPCommand("PING"), "PING")
        }
        throw .closed("the server closed it")
    }

    /// Calls `body` once the connection has ended, at once where it has.
    func onClose(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }

    /// False once the end of the connection was noticed.
    var isOpen: Bool { channel.isActive }

    package func close() {
        channel.close(promise: nil)
    }
}

/// The time at which anything arrived last.
private final class LastBytes: Sendable {
    private let nanoseconds = Atomic<UInt64>(SystemClock.monotonicNanoseconds())

    func arrived() { nanoseconds.store(SystemClock.monotonicNanoseconds(), ordering: .relaxed) }

    var age: Duration {
        .nanoseconds(Int64(clamping: SystemClock.monotonicNanoseconds() &- nanoseconds.load(ordering: .relaxed)))
    }
}
