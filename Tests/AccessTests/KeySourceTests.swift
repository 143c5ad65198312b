import Crypto
import FoundationEssentials
import Glibc
import Primitives
import Synchronization
import Testing

@testable import Access

@Suite struct KeySourceTests {
    private let first = P256.Signing.PrivateKey()
    private let second = P256.Signing.PrivateKey()
    private let secondHeader = #"{"alg":"ES256","kid":"b"}"#

    /// An issuer with an answer that tests change, and a count of its requests.
    private final class Issuer: Sendable {
        struct Down: Error {}
        let answer: Mutex<String?>
        let asked = Atomic<Int>(0)

        init(_ answer: String) { self.answer = Mutex(answer) }

        var origin: KeySource.Origin {
            .jwksURL(URL(string: "https://issuer.example/jwks")!) { _ in
                self.asked.add(1, ordering: .relaxed)
                guard let answer = self.answer.withLock({ $0 }) else { throw Down() }
                return Array(answer.utf8)
            }
        }
    }

    @Test func unknownKidsFetchABurstAndThenOnceInTheInterval() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, burst: 3, logger: quiet))
        let junk = try es256(claims(), second, header: #"{"alg":"ES256","kid":"junk"}"#)
        for _ in 0..<3 { await #expect(throws: AccessError.unknownKey) { try await verifier.verify(junk, now: noon) } }
        // A token of a new key is told to come back when the strangers have used up the fetches, and never 401.
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: "b") }
        let token = try es256(claims(), second, header: secondHeader)
        for later in [0.0, 9] {
            let refusal = AccessError.keyNotFetched(retryAfter: later == 0 ? 10 : 1)
            await #expect(throws: refusal) { try await verifier.verify(junk, now: noon + later) }
            await #expect(throws: refusal) { try await verifier.verify(token, now: noon + later) }
        }
        #expect(issuer.asked.load(ordering: .relaxed) == 4)
        #expect(try await verifier.verify(token, now: noon + 10).subject == "cust-1")
        #expect(issuer.asked.load(ordering: .relaxed) == 5)
    }

    @Test func aNewKeyBesideUnnamedOnesIsFetchedBeforeItsTokenIsRefused() async throws {
        let issuer = Issuer(jwks(first.publicKey, kid: nil))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, burst: 2, logger: quiet))
        let named = try es256(claims(), second, header: secondHeader)
        await #expect(throws: AccessError.badSignature) { try await verifier.verify(named, now: noon) }
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: nil) }
        let unnamed = try es256(claims(), second, header: #"{"alg":"ES256"}"#)
        #expect(try await verifier.verify(unnamed, now: noon).subject == "cust-1")
        let stranger = try es256(claims(), first, header: #"{"alg":"ES256"}"#)
        await #expect(throws: AccessError.keyNotFetched(retryAfter: 10)) {
            try await verifier.verify(stranger, now: noon)
        }
    }

    @Test func aFileThatOthersCanChangeIsRefused() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/jwks.json"
            try write(jwks(first.publicKey), to: path, mode: 0o666)
            let refusal = await #expect(throws: KeyError.self) {
                try await KeySource(.jwksFile(path), now: noon, logger: quiet)
            }
            #expect(refusal?.reason == "others can change it (mode 666); make it 644 or 600")
            try write(jwks(first.publicKey), to: path, mode: 0o644)
            let verifier = TokenVerifier(keys: try await KeySource(.jwksFile(path), now: noon, logger: quiet))
            // Nothing is known of a token's key while the file cannot be used.
            try write(jwks(second.publicKey, kid: "b"), to: path, mode: 0o622)
            let token = try es256(claims(), second, header: secondHeader)
            await #expect(throws: AccessError.keyNotFetched(retryAfter: 2)) {
                try await verifier.verify(token, now: noon)
            }
            #expect(chmod(path, 0o644) == 0)
            #expect(try await verifier.verify(token, now: noon).subject == "cust-1")
        }
    }

    @Test func concurrentCallersWithANewKeyShareOneFetch() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, logger: quiet))
        let token = try es256(claims(), second, header: secondHeader)
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: "b") }
        let subjects = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await verifier.verify(token, now: noon + 20).subject } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(subjects == Array(repeating: "cust-1", count: 20))
        #expect(issuer.asked.load(ordering: .relaxed) == 2)
    }

    @Test func aFailingURLKeepsTheLastGoodSet() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, logger: quiet))
        for answer in [nil, #"{"keys":[]}"#, "<html>"] {
            issuer.answer.withLock { $0 = answer }
            let asked = issuer.asked.load(ordering: .relaxed)
            await #expect(throws: AccessError.keyNotFetched(retryAfter: 2)) {
                try await verifier.verify(es256(claims(), second, header: secondHeader), now: noon + Double(asked) * 60)
            }
            #expect(issuer.asked.load(ordering: .relaxed) > asked)
            #expect(
                try await verifier.verify(es256(claims(), first), now: noon + Double(asked) * 60).subject == "cust-1"
            )
        }
    }

    @Test func anAgedSetIsFetchedAgainAndAWithdrawnKeyGoes() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, logger: quiet))
        let token = try es256(claims(), first)
        #expect(try await verifier.verify(token, now: noon).subject == "cust-1")
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: "b") }
        let deadline = ContinuousClock.now + .seconds(60)
        var refusal: AccessError?
        while refusal == nil && ContinuousClock.now < deadline {
            do {
                _ = try await verifier.verify(token, now: noon + 31)
                await Task.yield()
            } catch {
                refusal = error
            }
        }
        #expect(refusal == .unknownKey)
    }

    @Test func aChangedFileIsReloadedAndABrokenOneIsIgnored() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/jwks.json"
            try write(jwks(first.publicKey), to: path, mode: 0o644)
            let verifier = TokenVerifier(keys: try await KeySource(.jwksFile(path), now: noon, logger: quiet))
            let (old, new) = (try es256(claims(), first), try es256(claims(), second, header: secondHeader))
            #expect(try await verifier.verify(old, now: noon).subject == "cust-1")
            try write(jwks(second.publicKey, kid: "b"), to: path)
            #expect(try await verifier.verify(new, now: noon + 2).subject == "cust-1")
            await #expect(throws: AccessError.unknownKey) { try await verifier.verify(old, now: noon + 2) }
            try write("half of a file", to: path)
            #expect(try await verifier.verify(new, now: noon + 4).subject == "cust-1")
            #expect(unlink(path) == 0)
            #expect(try await verifier.verify(new, now: noon + 6).subject == "cust-1")
            try write(jwks(first.publicKey), to: path)
            #expect(try await verifier.verify(old, now: noon + 8).subject == "cust-1")
        }
    }

    @Test func anUnreadableFileFailsTheStart() async throws {
        try await withDirectory { directory in
            let missing = await #expect(throws: KeyError.self) {
                try await KeySource(.jwksFile("\(directory)/none"), now: noon, logger: quiet)
            }
            #expect(missing?.description == "\(directory)/none: there is no such file")
            await #expect(throws: KeyError.self) { try await KeySource(.jwksFile(directory), now: noon, logger: quiet) }
        }
    }

    @Test func aStartBeforeTheIssuerRecoversByItself() async throws {
        let issuer = Issuer("")
        issuer.answer.withLock { $0 = nil }
        let keys = try await KeySource(issuer.origin, now: noon, logger: quiet)
        let verifier = TokenVerifier(keys: keys)
        #expect(!keys.isUsable(now: noon))
        await #expect(throws: AccessError.noKeys) { try await verifier.verify(es256(claims(), first), now: noon + 1) }
        await #expect(throws: AccessError.expiredToken) {
            try await verifier.verify(es256(claims(["exp": "\(Int(noon) - 60)"]), first), now: noon + 1)
        }
        issuer.answer.withLock { $0 = jwks(first.publicKey) }
        try await eventually { await keys.current(now: noon + 2) != nil }
        #expect(keys.isUsable(now: noon + 2))
        #expect(try await verifier.verify(es256(claims(), first), now: noon + 2).subject == "cust-1")
    }

    @Test func keysOlderThanTheirMaximumAgeVerifyNothing() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let keys = try await KeySource(issuer.origin, now: noon, logger: quiet)
        let verifier = TokenVerifier(keys: keys)
        let token = try es256(claims(["exp": "\(Int(noon) + 200_000)"]), first)
        let key = try #require(try await verifier.verify(token, now: noon).signingKey)
        issuer.answer.withLock { $0 = nil }
        #expect(try await verifier.verify(token, now: noon + 86_399).subject == "cust-1")
        #expect(keys.contains(key, now: noon + 86_399))
        await #expect(throws: AccessError.noKeys) { try await verifier.verify(token, now: noon + 86_400) }
        #expect(!keys.contains(key, now: noon + 86_400) && !keys.isUsable(now: noon + 86_400))
        issuer.answer.withLock { $0 = jwks(first.publicKey) }
        try await eventually { await keys.current(now: noon + 86_500) != nil }
        #expect(try await verifier.verify(token, now: noon + 86_500).subject == "cust-1")
    }

    @Test func aFetchThatStallsHoldsNoTokenOfAKnownKey() async throws {
        let isStalled = Atomic(false)
        let (good, stalled) = (Array(jwks(first.publicKey).utf8), OneShotPromise<Void>())
        let origin = KeySource.Origin.jwksURL(URL(string: "https://issuer.example/jwks")!) { _ in
            if isStalled.load(ordering: .relaxed) { await stalled.value() }
            return good
        }
        let verifier = TokenVerifier(keys: try await KeySource(origin, now: noon, logger: quiet))
        isStalled.store(true, ordering: .relaxed)
        let stranger = Task {
            try await verifier.verify(es256(claims(), second, header: secondHeader), now: noon + 40)
        }
        #expect(try await verifier.verify(es256(claims(), first), now: noon + 40).subject == "cust-1")
        #expect(try await verifier.verify(es256(claims(["nbf": "1"]), first), now: noon + 41).subject == "cust-1")
        #expect(stalled.fulfill(()))
        await #expect(throws: AccessError.unknownKey) { try await stranger.value }
    }

    @Test func anUnchangedSetKeepsItsGeneration() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let keys = try await KeySource(issuer.origin, now: noon, logger: quiet)
        let key = KeyThumbprint(first.publicKey)
        #expect(keys.generation == 0 && keys.contains(key, now: noon))
        _ = await keys.reread(now: noon + 10) { _ in false }
        #expect(keys.generation == 0 && issuer.asked.load(ordering: .relaxed) == 2)
        issuer.answer.withLock { $0 = jwks(second.publicKey) }
        _ = await keys.reread(now: noon + 20) { _ in false }
        #expect(keys.generation == 1 && !keys.contains(key, now: noon + 20))
    }

    private func eventually(_ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while await !condition() {
            try #require(ContinuousClock.now < deadline)
            await Task.yield()
        }
    }
}
