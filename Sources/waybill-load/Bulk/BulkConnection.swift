import Glibc

/// One request to `POST /v1/commands`, streamed in both directions: lines go out in chunks, results are counted.
struct BulkConnection {
    let descriptor: Int32
    /// Lines put in so far.
    private(set) var lines = 0
    private(set) var results = ResultCounter()
    private var parser = ResponseParser()
    private var output: [UInt8]
    private var sent = 0
    private var isFinished = false

    init(port: Int, token: String) throws {
        descriptor = try Sockets.connect(port: port)
        output = Array(
            """
            POST /v1/commands HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(token)\r
            Content-Type: application/x-ndjson\r
            Transfer-Encoding: chunked\r
            \r

            """.utf8
        )
    }

    /// Bytes that wait to be sent.
    var backlog: Int { output.count - sent }
    /// The answer has come to its end.
    var isAnswered: Bool { parser.isComplete }

    /// Puts whole lines in, as one chunk.
    mutating func put(_ bytes: [UInt8], lines count: Int) {
        guard count > 0 else { return }
        lines += count
        output.append(contentsOf: "\(String(bytes.count, radix: 16))\r\n".utf8)
        output.append(contentsOf: bytes)
        output.append(contentsOf: "\r\n".utf8)
    }

    /// No more lines follow.
    mutating func finish() {
        guard !isFinished else { return }
        isFinished = true
        output.append(contentsOf: "0\r\n\r\n".utf8)
    }

    /// Sends what the kernel takes.
    mutating func flush() throws {
        while sent < output.count {
            let count = try output.withUnsafeBytes {
                try Sockets.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            if count == 0 { break }
            sent += count
        }
        guard sent == output.count || sent > 1 << 20 else { return }
        output.removeFirst(sent)
        sent = 0
    }

    /// Reads results.
    ///
    /// - Throws: when the connection ends before the answer does, or the request is refused.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer) throws {
        guard let count = try Sockets.receive(descriptor, into: buffer) else { return }
        guard count > 0 else { throw LoadFailure("the service ended a bulk request after \(results.lines) results") }
        var counter = results
        _ = parser.consume(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { counter.consume($0) }
        results = counter
        guard !parser.isHeadComplete || parser.status == 200 else {
            let body = String(decoding: buffer[..<count].suffix(400), as: UTF8.self)
            throw LoadFailure("the bulk request was answered \(parser.status): \(body)")
        }
    }

    func end() { close(descriptor) }
}
