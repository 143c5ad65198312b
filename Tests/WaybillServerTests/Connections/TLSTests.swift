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

/// Streams and commands over TLS, by clients of both versions of HTTP.
@Suite struct TLSTests {
    @Test(arguments: [true, false])
    func aStreamShowsTheEventOfACommand(isHTTP2: Bool) async throws {
        try await TestCertificate.with { certificate in
            let store = try CertificateStore(
                CertificateFiles(certificate: certificate.path, key: certificate.key),
                logger: Logger(label: "certificates")
            )
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificate.path)
            var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
            configuration.httpVersion = isHTTP2 ? .automatic : .http1Only
            let client = HTTPClient(configuration: configuration)
            try await TestService.with {
                $0.certificates = store
            } _: { service in
                try await follow(service, client, isHTTP2: isHTTP2)
            }
            try await client.shutdown()
        }
    }

    private func follow(_ service: TestService, _ client: HTTPClient, isHTTP2: Bool) async throws {
        let staff = try await service.token(.staff)
        let stream = try await client.execute(
            service.request(.GET, "/v1/stream?after=0", token: staff),
            timeout: .seconds(60)
        )
        #expect(stream.status == .ok)
        #expect((stream.version == .http2) == isHTTP2)
        #expect(stream.headers["connection"] == (isHTTP2 ? [] : ["close"]))
        var place = try await service.request(.POST, "/v1/orders", token: service.token())
        place.headers.add(name: "Content-Type", value: "application/json")
        place.body = .bytes(ByteBuffer(string: Samples.place()))
        let answer = try await client.execute(place, timeout: .seconds(60))
        #expect(answer.status == .created)
        #expect((answer.version == .http2) == isHTTP2)
        _ = try await answer.body.collect(upTo: 1 << 16)
        var received = ""
        for try await part in stream.body {
            received += String(buffer: part)
            if received.contains("\"OrderPlaced\"") { break }
        }
        #expect(received.contains("event: status\nid: "))
    }
}
