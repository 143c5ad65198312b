/// The answer of a cluster's node that another node has the slot: `MOVED 3999 127.0.0.1:6381`.
package struct RedisRedirect: Sendable, Hashable {
    package let host: RedisHost

    /// - Parameters:
    ///   - message: an error of a server.
    ///   - node: the node that answered. An empty host in the answer means the node's own.
    package init?(_ message: String, from node: RedisHost) {
        let words = message.split(separator: " ")
        guard words.count == 3, words[0] == "MOVED", UInt16(words[1]) != nil, let colon = words[2].lastIndex(of: ":"),
            let port = UInt16(words[2][words[2].index(after: colon)...]), port > 0
        else { return nil }
        var name = words[2][..<colon]
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard name != "?" else { return nil }
        host = RedisHost(name.isEmpty ? node.name : String(name), port: Int(port))
    }
}
