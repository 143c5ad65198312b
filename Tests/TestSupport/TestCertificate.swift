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
    package func make(days: Int) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", path, "-days", "\(days)", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failed() }
    }

    struct Failed: Error {}
}
