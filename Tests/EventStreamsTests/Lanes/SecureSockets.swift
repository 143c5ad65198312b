import Foundation
import TestSupport

@testable import EventStreams
@testable import HTTPTransport

/// TLS on the sockets of a lane's streams.
struct SecureSockets: Sendable {
    private let context: TLSContext
    /// The only version of TLS, as BoringSSL numbers them; nil for any.
    private let version: CInt?

    static func with<R: Sendable>(
        version: CInt? = nil,
        _ body: @Sendable (SecureSockets) async throws -> R
    ) async throws -> R {
        try await TestCertificate.with { certificate in
            let files = CertificateFiles(certificate: certificate.path, key: certificate.key)
            let pair = try files.load(now: Date().timeIntervalSince1970)
            return try await body(SecureSockets(context: pair.context, version: version))
        }
    }

    /// Agrees on keys between both ends of a connection.
    ///
    /// - Returns: the transport of a stream at the other end.
    func transport(between client: LaneClient, and other: CInt) async throws -> SubscriberTransport {
        _ = fcntl(client.descriptor, F_SETFL, O_NONBLOCK)
        let (secure, session) = (try TLSClient(on: client.descriptor, version: version), try context.makeSession())
        session.use(other)
        guard try await eventually({ [session.handshake() == .done, secure.handshake()].allSatisfy(\.self) }) else {
            throw POSIXError(.ECONNABORTED)
        }
        client.secure = secure
        return .secureSocket(other, session)
    }
}
