import Glibc

/// One blocking HTTP/1.1 connection to 127.0.0.1, as thin as can be: what is measured is the service.
struct RawConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "cannot connect: errno \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    func close() { Glibc.close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(
                    descriptor,
                    raw.baseAddress.map { $0 + sent },
                    raw.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
            sent += count
        }
    }

    /// Reads one response with a `Content-Length`.
    mutating func response() throws -> (status: Int, body: ArraySlice<UInt8>) {
        let headLength = try distance(to: Array("\r\n\r\n".utf8))
        let head = String(decoding: buffer[start..<start + headLength], as: UTF8.self)
        guard let status = Int(head.dropFirst(9).prefix(3)) else { throw Failure(description: "no status: \(head)") }
        let length = head.split(separator: "\r\n").lazy
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingPrefix(" ")) }
        guard let length else { throw Failure(description: "no Content-Length: \(head)") }
        let total = headLength + 4 + length
        while buffer.count - start < total { try fill() }
        defer { start += total }
        return (status, buffer[start + headLength + 4..<start + total])
    }

    /// Reads up to the next line feed.
    mutating func line() throws -> ArraySlice<UInt8> {
        let length = try distance(to: [0x0A])
        defer { start += length + 1 }
        return buffer[start..<start + length]
    }

    /// How far ahead the needle is; reads until it is there.
    private mutating func distance(to needle: [UInt8]) throws -> Int {
        var searched = 0
        while true {
            var index = start + searched
            while index + needle.count <= buffer.count {
                if buffer[index] == needle[0], buffer[index..<index + needle.count].elementsEqual(needle) {
                    return index - start
                }
                index += 1
            }
            searched = max(0, buffer.count - start - needle.count + 1)
            try fill()
        }
    }

    private mutating func fill() throws {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        let chunk = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { memory, count in
            count = max(0, recv(descriptor, memory.baseAddress, memory.count, 0))
        }
        buffer.append(contentsOf: chunk)
        guard !chunk.isEmpty else { throw Failure(description: "the connection ended") }
    }
}
