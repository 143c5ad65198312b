import Access
import AsyncHTTPClient
import Foundation
import HTTPTransport
import LogSupport
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import TestSupport
import Testing
import WaybillServer

/// Over TLS, by a client that chooses the version of HTTP.
@Suite struct TLSTests {
    @Test(arguments: [true, false])
    func aStreamShowsWhatACommandDid(isNew: Bool) async throws {
        try await TestCertificate.with { certificate in
            let store = try CertificateStore(
                CertificateFiles(certificate: certificate.path, key: certificate.key),
                logger: Logger(label: "certificates")
            )
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificate.path)
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.httpVersion = isNew ? .automatic : .http1Only
            let client = HTTPClient(configuration: configuration)
            try await TestService.with {
                $0.certificates = store
            } _: { service in
                try await follow(service, client, isNew: isNew)
            }
            try await client.shutdown()
        }
    }

    private func follow(_ service: TestService, _ client: HTTPClient, isNew: Bool) async throws {
        let staff = try await service.token(.staff)
        let stream = try await client.execute(
            service.request(.GET, "/v1/stream?after=0", token: staff),
            timeout: .seconds(60)
        )
        #expect(stream.status == .ok)
        #expect((stream.version == .http2) == isNew)
        #expect(stream.headers["connection"] == (isNew ? [] : ["close"]))
        var place = try await service.request(.POST, "/v1/orders", token: service.token())
        place.headers.add(name: "Content-Type", value: "application/json")
        place.body = .bytes(ByteBuffer(string: Samples.place()))
        let answer = try await client.execute(place, timeout: .seconds(60))
        #expect(answer.status == .created)
        #expect((answer.version == .http2) == isNew)
        _ = try await answer.body.collect(upTo: 1 << 16)
        var received = ""
        for try await part in stream.body {
            received += String(buffer: part)
            if received.contains("\"OrderPlaced\"") { break }
        }
        #expect(received.contains("event: status\nid: "))
    }
}
