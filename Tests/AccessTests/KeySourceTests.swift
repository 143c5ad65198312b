import Crypto
import FoundationEssentials
import Glibc
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

    @Test func anUnknownKidFetchesTheURLAtMostOnceInTheInterval() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, logger: quiet))
        let token = try es256(claims(), second, header: secondHeader)
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: "b") }
        await #expect(throws: AccessError.unknownKey) { try await verifier.verify(token, now: noon + 29) }
        #expect(issuer.asked.load(ordering: .relaxed) == 1)
        #expect(try await verifier.verify(token, now: noon + 30).subject == "cust-1")
        #expect(issuer.asked.load(ordering: .relaxed) == 2)
    }

    @Test func concurrentCallersWithANewKeyShareOneFetch() async throws {
        let issuer = Issuer(jwks(first.publicKey))
        let verifier = TokenVerifier(keys: try await KeySource(issuer.origin, now: noon, logger: quiet))
        let token = try es256(claims(), second, header: secondHeader)
        issuer.answer.withLock { $0 = jwks(second.publicKey, kid: "b") }
        let subjects = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await verifier.verify(token, now: noon + 60).subject } }
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
            await #expect(throws: AccessError.unknownKey) {
                try await verifier.verify(es256(claims(), second, header: secondHeader), now: noon + Double(asked) * 60)
            }
            #expect(issuer.asked.load(ordering: .relaxed) == asked + 1)
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
                _ = try await verifier.verify(token, now: noon + 601)
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

    @Test func unreadableKeysFailTheStart() async throws {
        let issuer = Issuer("")
        issuer.answer.withLock { $0 = nil }
        await #expect(throws: KeyError.self) { try await KeySource(issuer.origin, now: noon, logger: quiet) }
        try await withDirectory { directory in
            let missing = await #expect(throws: KeyError.self) {
                try await KeySource(.jwksFile("\(directory)/none"), now: noon, logger: quiet)
            }
            #expect(missing?.description == "\(directory)/none: there is no such file")
            await #expect(throws: KeyError.self) { try await KeySource(.jwksFile(directory), now: noon, logger: quiet) }
        }
    }
}
