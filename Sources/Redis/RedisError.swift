/// A failure of the work with a Redis server.
package enum RedisError: Error, Hashable, CustomStringConvertible {
    /// No connection could be made.
    case connect(host: String, reason: String)
    /// The server speaks no RESP3.
    case tooOld(host: String, reason: String)
    /// The server refused the login.
    case login(host: String, reason: String)
    /// The server answered a command by an error.
    case server(String)
    /// The server is a replica: what is published there reaches its own subscribers alone.
    case replica(host: String)
    /// The connection ended.
    case closed(String)
    /// No answer came in time.
    case timeout(String)
    /// The server's bytes or answers are not what the protocol says.
    case protocolViolation(String)
    /// The cluster sent the command from node to node without an end.
    case redirects
    /// The channel's slot has moved to another node of the cluster.
    case moved

    package var description: String {
        switch self {
        case .connect(let host, let reason): "no connection to \(host): \(reason)"
        case .tooOld(let host, let reason):
            "the server \(host) speaks no RESP3: Redis 6 or Valkey is needed (it answered: \(reason))"
        case .login(let host, let reason): "the server \(host) refuses the login: \(reason)"
        case .server(let message): "the server answered: \(message)"
        case .replica(let host): "the server \(host) is a replica: name the primary, or all servers joined by commas"
        case .closed(let reason): "the connection ended: \(reason)"
        case .timeout(let subject): "\(subject) was not answered in time"
        case .protocolViolation(let detail): detail
        case .redirects: "the cluster redirects without an end"
        case .moved: "the channel has moved to another node"
        }
    }
}
