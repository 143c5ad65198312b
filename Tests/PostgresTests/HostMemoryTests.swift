import Foundation
import Testing

@testable import Postgres

@Suite struct HostMemoryTests {
    private static func configuration(_ names: String...) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(host: names[0], database: "", user: "")
        configuration.hosts = names.map { PostgresHost(name: $0) }
        return configuration
    }

    private static func origin(_ configuration: PostgresConfiguration, _ host: Int) -> HostMemory.Origin {
        HostMemory.Origin(
            configuration,
            at: HostMemory.Place(host: configuration.hosts[host], address: "10.0.0.\(host)")
        )
    }

    @Test func lastGoodHostComesFirst() {
        let memory = HostMemory()
        let configuration = Self.configuration("a", "b", "c")
        memory.succeeded(Self.origin(configuration, 1))
        #expect(memory.hosts(of: configuration).map(\.name) == ["b", "a", "c"])
        #expect(memory.hosts(of: Self.configuration("b", "a")).map(\.name) == ["b", "a"], "other hosts have their own")
    }

    @Test func hostThatFailedComesLastForAWhile() {
        let memory = HostMemory()
        let configuration = Self.configuration("a", "b", "c")
        let now = ContinuousClock.now
        memory.succeeded(Self.origin(configuration, 0))
        memory.failed(Self.origin(configuration, 0), at: now)
        #expect(memory.hosts(of: configuration, at: now).map(\.name) == ["b", "c", "a"])
        #expect(memory.hosts(of: configuration, at: now + .seconds(11)).map(\.name) == ["a", "b", "c"])
    }

    @Test func shuffledHostsHaveNoFirst() {
        let memory = HostMemory()
        var configuration = Self.configuration("a", "b")
        configuration.shufflesHosts = true
        memory.succeeded(Self.origin(configuration, 1))
        let firsts = Set((0..<200).map { _ in memory.hosts(of: configuration)[0].name })
        #expect(firsts == ["a", "b"])
        memory.failed(Self.origin(configuration, 0))
        #expect((0..<20).allSatisfy { _ in memory.hosts(of: configuration)[0].name == "b" })
    }

    @Test func lastGoodAddressOfAHostComesFirst() {
        let memory = HostMemory()
        let configuration = Self.configuration("a")
        memory.succeeded(Self.origin(configuration, 0))
        let found = ["10.0.0.9", "10.0.0.0", "10.0.0.8"]
        let ordered = memory.addresses(found, of: configuration.hosts[0], configuration)
        #expect(ordered == ["10.0.0.0", "10.0.0.9", "10.0.0.8"])
    }

    @Test func memoryIsBounded() {
        let memory = HostMemory()
        let kept = Self.configuration("a", "b")
        for number in 0..<2000 {
            let other = Self.configuration("h\(number)", "b")
            memory.succeeded(Self.origin(other, 1))
            var place = PostgresHost(name: "p\(number)")
            place.port = number + 1
            memory.failed(HostMemory.Origin(kept, at: HostMemory.Place(host: place, address: nil)))
        }
        memory.succeeded(Self.origin(kept, 1))
        #expect(memory.hosts(of: kept).map(\.name) == ["b", "a"])
    }

    /// Two names of one server, of which the first has turned out to be of no use.
    @Test func connectionThatIsOfNoUseSendsTheNextOneElsewhere() async throws {
        var configuration = try TestServer.shared().configuration
        let other = "\(configuration.host)-other"
        try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: configuration.host)
        defer { unlink(other) }
        configuration.hosts.append(PostgresHost(name: other))
        let first = try await PostgresConnection.connect(configuration, logger: quiet)
        #expect(first.origin.place.host == configuration.hosts[0])
        first.avoidHost()
        let second = try await PostgresConnection.connect(configuration, logger: quiet)
        #expect(second.origin.place.host == configuration.hosts[1])
        await first.close()
        await second.close()
    }
}
