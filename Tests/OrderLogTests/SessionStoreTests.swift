import Foundation
import LogSupport
import Postgres
import Testing

@testable import OrderLog

@Suite struct SessionStoreTests {
    private let later = Date().timeIntervalSince1970 + 600

    @Test func aSessionHoldsItsTokenUntilItEnds() async throws {
        try await withStore { store in
            try await store.begin([1], of: "staff:ada", sealedToken: [7, 8], expiresAt: later)
            #expect(try await store.sealedToken([1]) == [7, 8])
            #expect(try await store.sealedToken([2]) == nil)
            #expect(try await store.ended(among: [[1], [2]]) == [[2]])
            try await store.end([1])
            #expect(try await store.sealedToken([1]) == nil)
        }
    }

    @Test func theOldestSessionOfAPersonMakesRoom() async throws {
        try await withStore { store in
            try await store.begin([0, 0], of: "staff:eve", sealedToken: [1], expiresAt: later)
            for number in 1...SessionStore.limitPerActor + 1 {
                try await store.begin([UInt8(number)], of: "staff:ada", sealedToken: [1], expiresAt: later)
            }
            #expect(try await store.sealedToken([1]) == nil)
            #expect(try await store.sealedToken([2]) != nil)
            #expect(try await store.sealedToken([0, 0]) != nil)
        }
    }

    private func withStore(_ body: @Sendable (SessionStore) async throws -> Void) async throws {
        try await TestLog.with { log in
            let poolTask = Task { try await log.pool.run() }
            defer { poolTask.cancel() }
            try await body(SessionStore(pool: log.pool))
        }
    }
}
