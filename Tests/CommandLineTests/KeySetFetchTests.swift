import Foundation
import Glibc
import Synchronization
import Testing

@testable import waybill

@Suite struct KeySetFetchTests {
    @Test func aWholeAnswerIsRead() async throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}")
        #expect(try await KeySetFetch.fetch(server.url) == Array(#"{"keys":[]}"#.utf8))
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\"",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"keys\":\r\n",
    ])
    func anAnswerThatStallsAnywhereHasOneDeadline(part: String) async throws {
        let server = try OneAnswer(part)
        let began = ContinuousClock.now
        await #expect(throws: CommandFailure.self) {
            try await KeySetFetch.fetch(server.url, within: .milliseconds(200))
        }
        #expect(ContinuousClock.now - began < .seconds(60))
    }

    @Test func aRedirectAndALongAnswerAreErrors() async throws {
        let elsewhere = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        let redirect = try OneAnswer("HTTP/1.1 302 Found\r\nLocation: \(elsewhere.url)\r\nContent-Length: 0\r\n\r\n")
        let followed = await #expect(throws: CommandFailure.self) { try await KeySetFetch.fetch(redirect.url) }
        #expect(followed?.description == "the server answered 302; redirects are not followed")
        let body = String(repeating: " ", count: 1024 * 1024 + 1)
        let long = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let refused = await #expect(throws: CommandFailure.self) { try await KeySetFetch.fetch(long.url) }
        #expect(refused?.description == "the answer exceeds 1 MiB")
    }
}

/// A server on loopback that gives its first connection a fixed answer and then holds the connection open.
private final class OneAnswer: Sendable {
    let url: URL
    private let listener: CInt
    private let connection = Mutex<CInt?>(nil)

    init(_ answer: String) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isListening)
        self.listener = listener
        self.url = try #require(URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/keys"))
        let thread = Thread { [weak self] in
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            var request = [UInt8](repeating: 0, count: 4096)
            _ = read(connection, &request, request.count)
            var rest = Array(answer.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
            if let self { self.connection.withLock { $0 = connection } } else { close(connection) }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
        if let connection = connection.withLock({ $0 }) { close(connection) }
    }
}
