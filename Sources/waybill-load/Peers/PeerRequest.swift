/// A complete request, in the form in which this program sends requests to `EpollPeerServer`.
struct PeerRequest {
    let isPost: Bool
    let body: ArraySlice<UInt8>
    /// The length of the request in bytes.
    let length: Int

    /// Reads the request at the beginning of the input; nil while it is incomplete.
    init?(_ input: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard let blank = input.indices.first(where: { input[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: input[..<blank], as: UTF8.self).split(separator: "\r\n")
        let header = lines.first { $0.hasPrefix("Content-Length: ") }
        let count = header.flatMap { Int($0.dropFirst(16)) } ?? 0
        length = blank + 4 + count
        guard input.count >= length else { return nil }
        isPost = input.first == UInt8(ascii: "P")
        body = input[(blank + 4)..<length]
    }
}
