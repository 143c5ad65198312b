import Foundation
import Logging
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct CertificateTests {
    private let logger = Logger(label: "certificates")

    @Test func aChangedCertificateIsLoaded() async throws {
        try await TestCertificate.with(days: 10) { certificate in
            let store = try CertificateStore(certificate.files, logger: logger)
            let (context, expiresAt) = (store.context, store.expiresAt)
            store.reloadIfChanged()
            #expect(store.context === context)
            try await certificate.make(days: 20)
            store.reloadIfChanged()
            #expect(store.context !== context)
            #expect(store.expiresAt > expiresAt + 9 * 86_400)
        }
    }

    @Test func reloadKeepsTheOldCertificateWhenTheNewOneIsInvalid() async throws {
        try await TestCertificate.with { certificate in
            let store = try CertificateStore(certificate.files, logger: logger)
            let context = store.context
            let whole = try Data(contentsOf: URL(fileURLWithPath: certificate.path))
            try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: certificate.path))
            store.reloadIfChanged()
            #expect(store.context === context)
            try whole.write(to: URL(fileURLWithPath: certificate.path))
            store.reloadIfChanged()
            #expect(store.context !== context)
        }
    }

    @Test func aCertificateIsRefusedOutsideItsValidity() async throws {
        try await TestCertificate.with(days: 1) { certificate in
            let now = Date().timeIntervalSince1970
            let pair = try certificate.files.load(now: now + 60)
            #expect(pair.expiresAt > now)
            #expect(throws: CertificateError.self) { try certificate.files.load(now: pair.expiresAt) }
            #expect(throws: CertificateError.self) { try certificate.files.load(now: now - 86_400) }
        }
    }

    @Test(arguments: [["rsa:2048"], ["ed25519"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]])
    func keysOfEachKindAreTaken(kind: [String]) async throws {
        try await TestCertificate.with { certificate in
            try await certificate.make(days: 10, kind: kind)
            let pair = try certificate.files.load(now: Date().timeIntervalSince1970 + 60)
            _ = try pair.context.makeSession()
        }
    }

    @Test func aKeyWithoutItsPublicHalfIsTaken() async throws {
        try await TestCertificate.with { certificate in
            try await certificate.removePublicKey()
            let pair = try certificate.files.load(now: Date().timeIntervalSince1970 + 60)
            _ = try pair.context.makeSession()
        }
    }

    @Test func aKeyOfAnotherCertificateIsRefused() async throws {
        try await TestCertificate.with { certificate in
            let other = try Data(contentsOf: URL(fileURLWithPath: certificate.key))
            try await certificate.make(days: 10)
            try other.write(to: URL(fileURLWithPath: certificate.key))
            let now = Date().timeIntervalSince1970 + 60
            let error = #expect(throws: CertificateError.self) { try certificate.files.load(now: now) }
            #expect(error?.description.hasPrefix(certificate.key + ": the key does not belong") == true)
        }
    }
}

extension TestCertificate {
    fileprivate var files: CertificateFiles { CertificateFiles(certificate: path, key: key) }
}
