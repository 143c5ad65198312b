import Glibc

/// A request to `POST /v1/commands`, streamed in both directions: lines are sent in chunks, results are counted.
struct BulkConnection {
    let descriptor: Int32
    /// The number of lines added so far.
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

    /// The number of bytes that wait to be sent.
    var pendingBytes: Int { output.count - sent }
    /// True once the response is complete.
    var isComplete: Bool { parser.isComplete }

    /// Adds whole lines, as one chunk.
    mutating func append(_ bytes: [UInt8], lines count: Int) {
        guard count > 0 else { return }
        lines += count
        output.append(contentsOf: "\(String(bytes.count, radix: 16))\r\n".utf8)
        output.append(contentsOf: bytes)
        output.append(contentsOf: "\r\n".utf8)
    }

    /// Ends the request: no more lines follow.
    mutating func finish() {
        guard !isFinished else { return }
        isFinished = true
        output.append(contentsOf: "0\r\n\r\n".utf8)
    }

    /// Sends as much as the kernel accepts.
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

    /// Reads and counts results.
    ///
    /// - Throws: `LoadFailure` where the connection ends before the response does, or the request is refused.
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

    /// Closes the connection.
    func end() { close(descriptor) }
}
