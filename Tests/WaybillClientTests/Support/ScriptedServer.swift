import Foundation
import Synchronization

/// A server on a real socket that answers connections with the answers of a script, in order. After the last answer it
/// stops listening.
final class ScriptedServer: Sendable {
    enum End {
        case close
        /// Resets the connection, as a crashed machine does.
        case reset
        /// Keeps the connection open until the client closes it.
        case hold
    }

    struct Answer: Sendable {
        let end: End
        /// The bytes to send, by the request's `Last-Event-ID`.
        let bytes: @Sendable (String?) -> [UInt8]

        /// A response with this event stream as its body.
        static func stream(_ body: String, _ end: End = .close, type: String = "text/event-stream") -> Answer {
            answer("200 OK", "Content-Type: \(type)\r\n", end) { _ in body }
        }

        /// A response with the events that follow the client's last id, as a service sends.
        static func stream(_ end: End, _ body: @escaping @Sendable (String?) -> String) -> Answer {
            answer("200 OK", "Content-Type: text/event-stream\r\n", end, body)
        }

        static func status(_ line: String, _ type: String = "", _ body: String = "") -> Answer {
            let fields = type.isEmpty ? "" : "Content-Type: \(type)\r\n"
            return answer(line, fields + "Content-Length: \(body.utf8.count)\r\n", .close) { _ in body }
        }

        /// No response at all.
        static let silence = Answer(end: .hold) { _ in [] }

        private static func answer(
            _ status: String,
            _ fields: String,
            _ end: End,
            _ body: @escaping @Sendable (String?) -> String
        ) -> Answer {
            Answer(end: end) { id in
                Array("HTTP/1.1 \(status)\r\n\(fields)Connection: close\r\n\r\n\(body(id))".utf8)
            }
        }
    }

    let url: String
    private let listener: Int32
    private let seen = Mutex((requests: [String](), closedConnections: 0))

    /// - Parameter isListening: false to refuse connections until `serve(_:)`.
    init(_ answers: [Answer], isListening: Bool = true) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        if isListening { serve(answers) }
    }

    deinit { close(listener) }

    /// The heads of the requests so far.
    var requests: [String] { seen.withLock { $0.requests } }

    /// The number of held connections that the client has closed.
    var closedConnections: Int { seen.withLock { $0.closedConnections } }

    /// The requests' values of a header field, nil for requests without it.
    func values(of field: String) -> [String?] {
        requests.map { Self.value(of: field, in: $0) }
    }

    private static func value(of field: String, in head: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(field.lowercased()): ") }
            .map { String($0.dropFirst(field.count + 2)) }
    }

    func serve(_ answers: [Answer]) {
        listen(listener, 64)
        let thread = Thread { [self] in
            for answer in answers {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                // A held connection must not delay the next one.
                Thread { [self] in respond(with: answer, to: client) }.start()
            }
            shutdown(listener, Int32(SHUT_RDWR))
        }
        thread.start()
    }

    private func respond(with answer: Answer, to client: Int32) {
        defer { close(client) }
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(client, &byte, 1, 0) == 1 else { return }
            head.append(byte)
        }
        seen.withLock { $0.requests.append(String(decoding: head, as: UTF8.self)) }
        let bytes = answer.bytes(Self.value(of: "Last-Event-ID", in: String(decoding: head, as: UTF8.self)))
        _ = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        switch answer.end {
        case .close: break
        case .reset:
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
        case .hold:
            while recv(client, &byte, 1, 0) > 0 {}
            seen.withLock { $0.closedConnections += 1 }
        }
    }
}
