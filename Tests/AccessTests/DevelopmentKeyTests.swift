import FoundationEssentials
import Glibc
import Primitives
import Testing

@testable import Access

@Suite struct DevelopmentKeyTests {
    @Test func theFirstUseMakesAPrivateFileAndTheNextReadsIt() async throws {
        try await withDirectory { directory in
            let nested = "\(directory)/a/b"
            let made = try DevelopmentKey.loadOrCreate(in: nested)
            var status = stat()
            #expect(stat("\(nested)/dev-key.pem", &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: nested) == ["dev-key.pem"])
            #expect(try DevelopmentKey.loadOrCreate(in: nested + "/").keyID == made.keyID)
            #expect(made.keyID.utf8.count == 43)
        }
    }

    @Test func concurrentFirstUsesEndWithTheSameKey() async throws {
        for _ in 0..<20 {
            try await withDirectory { directory in
                let ids = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 { group.addTask { try DevelopmentKey.loadOrCreate(in: directory).keyID } }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(ids.count == 1)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["dev-key.pem"])
            }
        }
    }

    @Test func aFileIsNeverReplaced() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/file"
            let made = [try PrivateFile.create(path, bytes: [1]), try PrivateFile.create(path, bytes: [2])]
            let file = try PrivateFile.read(path, limit: 10)
            #expect(made == [true, false])
            #expect(file?.bytes == [1])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o644, 0o601])
    func aFileThatOthersMayUseIsRefused(mode: Int) async throws {
        try await withDirectory { directory in
            _ = try DevelopmentKey.loadOrCreate(in: directory)
            #expect(chmod("\(directory)/dev-key.pem", mode_t(mode)) == 0)
            let error = #expect(throws: KeyError.self) { try DevelopmentKey.loadOrCreate(in: directory) }
            #expect(error?.description.contains("mode \(String(mode, radix: 8))") == true)
        }
    }

    @Test(arguments: ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func aDamagedFileIsRefusedAndLeftAlone(text: String) async throws {
        try await withDirectory { directory in
            let path = "\(directory)/dev-key.pem"
            try write(text, to: path)
            let error = #expect(throws: KeyError.self) { try DevelopmentKey.loadOrCreate(in: directory) }
            #expect(error?.description.contains("damaged") == true)
            #expect(try PrivateFile.read(path, limit: 1000)?.bytes == Array(text.utf8))
        }
    }

    @Test func tokensOfTheKeyAreAcceptedAndKeepTheirClaims() async throws {
        try await withDirectory { directory in
            let key = try DevelopmentKey.loadOrCreate(in: directory)
            let verifier = TokenVerifier(keys: try await KeySource(.development(key), now: noon, logger: quiet))
            func made(_ role: Role, _ shops: String, _ subject: String?) async throws -> Principal {
                let scope = try ShopScope(text: shops)
                let token = try await key.sign(role: role, shops: scope, subject: subject, ttl: 60, now: noon + 0.7)
                return try await verifier.verify(token, now: noon)
            }
            let customer = try await made(.customer, "demo", "cust-1")
            #expect(customer.role == .customer && customer.subject == "cust-1" && customer.shops == .names(["demo"]))
            #expect(customer.expiresAt == noon + 60)
            #expect(try await made(.backend, "b,a", nil).shops == .names(["a", "b"]))
            #expect(try await made(.staff, "*", nil).shops == .all)
            #expect(try await made(.operator, "*", nil).subject == "operator")
            await #expect(throws: AccessError.invalidClaims("a customer needs a subject")) {
                try await made(.customer, "demo", nil)
            }
            await #expect(throws: AccessError.self) { try await made(.backend, "*", nil) }
        }
    }

    @Test func tokensOfAnotherDirectoryAndBadLifetimesAreRefused() async throws {
        try await withDirectory { directory in
            let key = try DevelopmentKey.loadOrCreate(in: "\(directory)/a")
            let other = try DevelopmentKey.loadOrCreate(in: "\(directory)/b")
            let verifier = TokenVerifier(keys: try await KeySource(.development(key), now: noon, logger: quiet))
            for ttl in [0, -1, Int.min, Int.max] {
                await #expect(throws: AccessError.self) {
                    try await other.sign(role: .staff, shops: .all, subject: nil, ttl: ttl, now: noon)
                }
            }
            let token = try await other.sign(role: .staff, shops: .all, subject: nil, ttl: 60, now: noon)
            await #expect(throws: AccessError.unknownKey) { try await verifier.verify(token, now: noon) }
        }
    }
}
