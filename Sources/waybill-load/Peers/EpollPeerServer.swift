import Glibc
import Primitives

/// A server of streams on an epoll loop: `GET` opens a stream, `POST` publishes its body as a frame to all streams.
final class EpollPeerServer {
    private struct Connection {
        let descriptor: Int32
        var input: [UInt8] = []
        /// The bytes that the socket has not accepted yet.
        var output: [UInt8] = []
        var isStream = false
    }

    private static let listenerToken = UInt64.max
    private static let head = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".utf8
    )
    private static let published = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)

    let port: Int
    private let listener: Int32
    private let epoll: Epoll
    private var connections: [Connection?] = []
    private var streams: [Int] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

    init() throws {
        epoll = try Epoll(capacity: 1024)
        (listener, port) = try Sockets.listen()
        try epoll.add(listener, token: Self.listenerToken, events: .readable)
    }

    deinit { buffer.deallocate() }

    /// Serves requests until the process is ended.
    func run() throws {
        while true {
            try epoll.wait(until: .max) { ready in
                if ready.token == Self.listenerToken { return try accept() }
                let index = Int(ready.token)
                if ready.isWritable { try flush(index) }
                if ready.isReadable { try read(index) }
            }
        }
    }

    private func accept() throws {
        while let descriptor = try Sockets.accept(listener) {
            connections.append(Connection(descriptor: descriptor))
            try epoll.add(descriptor, token: UInt64(connections.count - 1), events: .readable)
        }
    }

    private func read(_ index: Int) throws {
        guard let descriptor = connections[index]?.descriptor else { return }
        guard let count = try Sockets.receive(descriptor, into: buffer) else { return }
        guard count > 0 else { return end(index) }
        connections[index]?.input.append(contentsOf: buffer[..<count])
        while let request = PeerRequest(connections[index]?.input ?? []) {
            connections[index]?.input.removeFirst(request.length)
            if request.isPost {
                try publish(request.body)
                try send(Self.published, to: index)
            } else {
                try send(Self.head, to: index)
                streams.append(index)
            }
        }
    }

    private func publish(_ frame: ArraySlice<UInt8>) throws {
        let chunk = Array("\(String(frame.count, radix: 16))\r\n".utf8) + frame + Array("\r\n".utf8)
        for index in streams { try send(chunk, to: index) }
    }

    private func send(_ bytes: [UInt8], to index: Int) throws {
        guard let descriptor = connections[index]?.descriptor else { return }
        if connections[index]?.output.isEmpty == false {
            connections[index]?.output.append(contentsOf: bytes)
            return
        }
        let sent = try bytes.withUnsafeBytes { try Sockets.send(descriptor, $0) }
        guard sent < bytes.count else { return }
        connections[index]?.output = Array(bytes[sent...])
        try epoll.modify(descriptor, token: UInt64(index), events: [.readable, .writable])
    }

    private func flush(_ index: Int) throws {
        guard let connection = connections[index] else { return }
        let sent = try connection.output.withUnsafeBytes { try Sockets.send(connection.descriptor, $0) }
        connections[index]?.output.removeFirst(sent)
        guard sent == connection.output.count else { return }
        try epoll.modify(connection.descriptor, token: UInt64(index), events: .readable)
    }

    private func end(_ index: Int) {
        if let descriptor = connections[index]?.descriptor { close(descriptor) }
        connections[index] = nil
        streams.removeAll { $0 == index }
    }
}
