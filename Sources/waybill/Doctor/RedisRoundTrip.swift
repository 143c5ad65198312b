import Foundation
import NIOCore
import Redis
import Synchronization

/// The way of one message from a publisher to a subscriber, each with a connection of its own.
final class RedisRoundTrip: Sendable {
    private let redis: RedisConfiguration
    private let channel: String
    private let payload = ByteBuffer(string: "doctor \(UUID().uuidString)")
    /// The last failure of either.
    private let failure = Mutex(RedisError.timeout("the message"))
    private let arrivals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// The time for the message, connecting included.
    private static let patience: Duration = .seconds(8)
    /// The time without a message after which the subscriber tries the next host.
    private static let silence: Duration = .seconds(3)

    init(_ redis: RedisConfiguration, channel: String) {
        self.redis = redis
        self.channel = channel
        (arrivals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Returns when the message has come back.
    ///
    /// - Throws: `RedisError`, where it has not in time.
    func run() async throws {
        let publisher = RedisPublisher(configuration: redis)
        let (hasArrived, reason) = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.subscribe() }
            group.addTask { await self.publish(publisher) }
            group.addTask {
                for await _ in self.arrivals { return true }
                return false
            }
            group.addTask {
                // A cancelled sleep means that the message came.
                try? await Task.sleep(for: Self.patience)
                return false
            }
            let first = await group.next() ?? false
            // Before the others fail since they are cancelled.
            let reason = self.failure.withLock { $0 }
            group.cancelAll()
            return (first, reason)
        }
        await publisher.close()
        if !hasArrived { throw reason }
    }

    private func subscribe() async -> Bool {
        let subscriber = RedisSubscriber(configuration: redis, channel: channel, silence: Self.silence)
        await subscriber.run { event in
            switch event {
            case .subscribed: break
            case .lost(let error): if self.isFinal(error) { self.continuation.finish() }
            case .message(let message): if message == self.payload { self.continuation.yield() }
            }
        }
        return false
    }

    /// Publishes again and again: the subscriber may begin later.
    private func publish(_ publisher: RedisPublisher) async -> Bool {
        while !Task.isCancelled {
            do throws(RedisError) {
                try await publisher.publish(payload, to: channel)
            } catch {
                if isFinal(error) { return false }
            }
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// Keeps a failure.
    ///
    /// - Returns: true where the login lacks a right, which it does not get by another attempt.
    private func isFinal(_ error: RedisError) -> Bool {
        failure.withLock { $0 = error }
        if case .server(let message) = error { return message.hasPrefix("NOPERM") }
        return false
    }
}
