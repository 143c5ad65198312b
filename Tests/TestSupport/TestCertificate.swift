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
        try certificate.make(days: days)
        return try await body(certificate)
    }

    /// Makes another pair in the place of the one that is there.
    ///
    /// - Parameter kind: openssl's words for the kind of key.
    package func make(days: Int, kind: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]) throws {
        try openssl(
            ["req", "-x509", "-newkey"] + kind + [
                "-nodes", "-keyout", key, "-out", path, "-days", "\(days)", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ]
        )
    }

    /// Leaves the public half out of the key's file, as some tools do. The key is one of an elliptic curve.
    package func removePublicKey() throws {
        let whole = key + ".whole"
        try FileManager.default.moveItem(atPath: key, toPath: whole)
        try openssl(["ec", "-in", whole, "-no_public", "-out", key])
    }

    private func openssl(_ arguments: [String]) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = arguments
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failed() }
    }

    struct Failed: Error {}
}
