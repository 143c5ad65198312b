import Foundation
import NIOCore
import Redis
import TestSupport
import Testing

/// The connection of a publisher: one for all calls, and none that holds up the end.
@Suite struct RedisPublisherTests {
    @Test func callsShareOneConnection() async throws {
        try await ScriptedServer.with { command in
            command.contains("HELLO") ? ScriptedServer.greeting : String(repeating: ":1\r\n", count: publishes(command))
        } _: { server in
            let publisher = RedisPublisher(configuration: server.configuration)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await publisher.publish(ByteBuffer(string: "x"), to: "channel") }
                }
                for try await count in group { #expect(count == 1) }
            }
            #expect(server.connections == 1)
            await publisher.close()
        }
    }

    @Test(arguments: ["HELLO", "PUBLISH"])
    func closeEndsWhatNobodyAnswers(silentOn command: String) async throws {
        try await ScriptedServer.with {
            $0.contains(command) ? nil : ScriptedServer.greeting
        } _: { server in
            var configuration = server.configuration
            (configuration.connectTimeout, configuration.replyTimeout) = (.seconds(60), .seconds(60))
            configuration.hosts += configuration.hosts
            let publisher = RedisPublisher(configuration: configuration)
            let began = ContinuousClock.now
            let publishing = Task { try await publisher.publish(ByteBuffer(string: "x"), to: "channel") }
            let isConnected = try await eventually { server.connections > 0 }
            #expect(isConnected)
            await publisher.close()
            await #expect(throws: RedisError.self) { try await publishing.value }
            await #expect(throws: RedisError.self) { try await publisher.publish(ByteBuffer(), to: "channel") }
            #expect(ContinuousClock.now - began < .seconds(30))
        }
    }

    @Test func refusedLoginTellsNoPassword() async throws {
        let refusal = "-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `hunter2`, \r\n"
        try await ScriptedServer.with { _ in
            refusal
        } _: { server in
            var configuration = server.configuration
            configuration.password = "hunter2"
            let publisher = RedisPublisher(configuration: configuration)
            do throws(RedisError) {
                try await publisher.publish(ByteBuffer(), to: "channel")
                Issue.record("no error")
            } catch {
                #expect("\(error)".contains("Redis 6"))
                #expect(!"\(error)".contains("hunter2"))
            }
        }
    }

    @Test func subscriberEndsWhileNobodyAnswers() async throws {
        try await ScriptedServer.with { _ in
            nil
        } _: { server in
            var configuration = server.configuration
            configuration.connectTimeout = .seconds(60)
            let subscriber = RedisSubscriber(configuration: configuration, channel: "channel")
            let began = ContinuousClock.now
            let running = Task { await subscriber.run { _ in } }
            let isConnected = try await eventually { server.connections > 0 }
            #expect(isConnected)
            running.cancel()
            await running.value
            #expect(ContinuousClock.now - began < .seconds(30))
        }
    }
}

/// The number of commands to publish within what arrived at once.
private func publishes(_ text: String) -> Int { text.components(separatedBy: "PUBLISH").count - 1 }
