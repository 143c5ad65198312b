import Glibc
import Synchronization
import Testing

@testable import Postgres

@Suite struct HostResolverTests {
    /// A resolver whose lookups answer when they are told to.
    private final class Source: Sendable {
        private let gate = Mutex(false)
        let lookups = Atomic(0)

        func open() { gate.withLock { $0 = true } }

        func addresses(of name: String) -> [String] {
            lookups.add(1, ordering: .relaxed)
            while !gate.withLock({ $0 }) { usleep(1000) }
            return ["10.0.0.1"]
        }
    }

    private func resolve(
        _ resolver: HostResolver,
        within timeout: Duration
    ) async throws -> Result<[String?], PostgresError> {
        do throws(PostgresError) {
            return .success(try await resolver.addresses(of: PostgresHost(name: "db"), within: timeout))
        } catch {
            return .failure(error)
        }
    }

    @Test func hungLookupCostsItsCallersTheirDeadline() async throws {
        let source = Source()
        let resolver = HostResolver { name in source.addresses(of: name) }
        let error = try await postgresError { try await resolve(resolver, within: .milliseconds(50)).get() }
        #expect(error?.kind == .connect)
        #expect(error?.message.contains("could not translate host name \"db\"") == true)
        source.open()
        #expect(try await resolve(resolver, within: .seconds(60)) == .success(["10.0.0.1"]))
    }

    @Test func callersShareALookup() async throws {
        let source = Source()
        let resolver = HostResolver { name in source.addresses(of: name) }
        let callers = (0..<10).map { _ in Task { try await resolve(resolver, within: .seconds(60)) } }
        try await eventually { source.lookups.load(ordering: .relaxed) > 0 }
        source.open()
        for caller in callers { #expect(try await caller.value == .success(["10.0.0.1"])) }
    }

    @Test func hungLookupGetsOneMoreBesideIt() async throws {
        let source = Source()
        let resolver = HostResolver(patience: .zero) { name in source.addresses(of: name) }
        for _ in 0..<10 { _ = try await resolve(resolver, within: .milliseconds(10)) }
        try await eventually { source.lookups.load(ordering: .relaxed) == 2 }
        source.open()
        #expect(try await resolve(resolver, within: .seconds(60)) == .success(["10.0.0.1"]))
    }

    @Test func cancelledCallerLeavesAtOnce() async throws {
        let source = Source()
        let resolver = HostResolver { name in source.addresses(of: name) }
        let caller = Task { try await resolve(resolver, within: .seconds(600)) }
        try await eventually { source.lookups.load(ordering: .relaxed) > 0 }
        caller.cancel()
        let error = try await postgresError { try await caller.value.get() }
        #expect(error?.kind == .cancelled)
        source.open()
    }

    @Test func addressesNeedNoLookup() async throws {
        let resolver = HostResolver { _ throws(PostgresError) in throw PostgresError(.usage, "looked up") }
        for (host, expected) in [
            (PostgresHost(name: "127.0.0.1"), "127.0.0.1"), (PostgresHost(name: "::1"), "::1"),
            (PostgresHost(name: "db", address: "10.0.0.2"), "10.0.0.2"), (PostgresHost(name: "/run"), nil),
        ] {
            #expect(try await resolver.addresses(of: host, within: .seconds(1)) == [expected])
        }
    }
}
