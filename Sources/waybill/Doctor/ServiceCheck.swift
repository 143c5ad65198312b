import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the service itself, by the address that clients use, so that a proxy on the way is checked too.
struct ServiceCheck {
    /// The address without a slash at its end.
    let url: String
    /// A token that may open the feed; nil leaves the stream unchecked.
    let token: String?
    /// True where no proxy is trusted.
    let trustsNoProxy: Bool

    private static let deadline = TimeAmount.seconds(10)

    func findings() async -> [Finding] {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(3)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let findings = await ask(client)
        do {
            try await client.shutdown()
        } catch {
            return findings + [.note("service", "the client did not end in order: \(error)")]
        }
        return findings
    }

    private func ask(_ client: HTTPClient) async -> [Finding] {
        let health: HTTPClientResponse
        do {
            health = try await client.execute(
                HTTPClientRequest(url: "\(url)/healthz"),
                deadline: .now() + Self.deadline
            )
        } catch {
            return [
                .note(
                    "service",
                    "nobody answers at \(url): \(ErrorSentence.text(for: error))",
                    do: "start the service; where it runs, correct --public-url or the proxy"
                )
            ]
        }
        guard health.status == .ok, health.headers.contains(name: "x-request-id") else {
            return [
                .failure(
                    "service",
                    "\(url)/healthz answers \(health.status.code), as no Waybill service does",
                    do: "correct --public-url, or the proxy's way to the service"
                )
            ]
        }
        return [.ok("service", "\(url) answers")] + (await readiness(client)) + (await stream(client))
    }

    private func readiness(_ client: HTTPClient) async -> [Finding] {
        do {
            let response = try await client.execute(
                HTTPClientRequest(url: "\(url)/readyz"),
                deadline: .now() + Self.deadline
            )
            if response.status == .ok { return [.ok("service", "it is ready")] }
            let body = try await response.body.collect(upTo: 65_536)
            let detail = try? JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView)).detail
            return [
                .failure(
                    "service",
                    "it is not ready: \(detail ?? "status \(response.status.code)")",
                    do: "see docs/operations.md, “When the database is in trouble”"
                )
            ]
        } catch {
            return [.failure("service", "/readyz: \(ErrorSentence.text(for: error))")]
        }
    }

    private struct Problem: Decodable {
        let detail: String?
    }

    /// Opens a stream and waits for its first block, which a proxy that buffers keeps back.
    private func stream(_ client: HTTPClient) async -> [Finding] {
        guard let token else {
            return [
                .note(
                    "proxy",
                    "streams were not checked, since there is no token",
                    do: "give --token or --token-file of a backend, staff or an operator"
                )
            ]
        }
        var request = HTTPClientRequest(url: "\(url)/v1/stream?beat=true")
        request.headers = [
            "Authorization": "Bearer \(token)", "Accept": "text/event-stream", "Accept-Encoding": "gzip",
        ]
        do {
            let response = try await client.execute(request, deadline: .now() + Self.deadline)
            guard response.status == .ok else {
                return [
                    .failure(
                        "proxy",
                        "the feed answers \(response.status.code)",
                        do: "give a token of a backend, staff or an operator that this service accepts"
                    )
                ]
            }
            var findings: [Finding] = []
            if response.headers.first(name: "content-encoding") != nil {
                findings.append(
                    .warning(
                        "proxy",
                        "a proxy compresses streams, and may hold events back",
                        do: "take text/event-stream out of what the proxy compresses"
                    )
                )
            }
            var text = ""
            for try await part in response.body {
                text += String(buffer: part)
                if text.contains("event: beat") || text.contains("\n\n") { break }
            }
            return findings + [.ok("proxy", "a stream's first block arrives at once")]
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            return [
                .failure(
                    "proxy",
                    "a stream was opened, and nothing arrived for 10 s: a proxy on the way buffers",
                    do: "turn buffering off (docs/proxies.md)"
                )
            ]
        } catch {
            return [.failure("proxy", "the feed: \(ErrorSentence.text(for: error))", do: "see docs/proxies.md")]
        }
    }
}
