package import Foundation

/// A self-signed certificate for localhost, made by openssl in a temporary directory.
package struct TestCertificate {
    package let directory: URL
    package var path: String { directory.appending(path: "server.pem").path }
    package var key: String { directory.appending(path: "server.key").path }

    package static func with<R>(days: Int = 30, _ body: (TestCertificate) async throws -> R) async throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "waybill-tls-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = TestCertificate(directory: directory)
        try await certificate.make(days: days)
        return try await body(certificate)
    }

    /// Makes another pair in the place of the one that is there.
    ///
    /// - Parameter kind: openssl's words for the kind of key.
    package func make(days: Int, kind: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]) async throws {
        try await openssl(
            ["req", "-x509", "-newkey"] + kind + [
                "-nodes", "-keyout", key, "-out", path, "-days", "\(days)", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ]
        )
    }

    /// Leaves the public half out of the key's file, as some tools do. The key is one of an elliptic curve.
    package func removePublicKey() async throws {
        let whole = key + ".whole"
        try FileManager.default.moveItem(atPath: key, toPath: whole)
        try await openssl(["ec", "-in", whole, "-no_public", "-out", key])
    }

    /// Runs openssl without keeping a thread waiting: the tests beside this one need them.
    private func openssl(_ arguments: [String]) async throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = arguments
        openssl.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { ended in
            openssl.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do {
                try openssl.run()
            } catch {
                ended.resume(throwing: error)
            }
        }
        guard status == 0 else { throw Failed() }
    }

    struct Failed: Error {}
}
