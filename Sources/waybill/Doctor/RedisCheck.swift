import Foundation
import Redis

/// Checks each server of Redis, and sends a message the way that events take: from a publisher to a subscriber. Uses a
/// channel of its own, and changes nothing.
struct RedisCheck {
    /// Nil where the service has none.
    let redis: RedisConfiguration?
    let isEdge: Bool
    /// The name of the log's first epoch, of which the channels' names are made; nil where it is not known.
    let epoch: String?

    private static let subject = "redis"
    /// The first version whose cluster has channels of a shard's own (`SPUBLISH`).
    private static let shardedVersion = 7

    func findings() async -> [Finding] {
        guard var redis else {
            guard isEdge else { return [] }
            let text = "there is no Redis: an edge on a replica reads the database ten times a second"
            return [.note(Self.subject, text, do: "give --redis-url to servers and edges where there are many edges")]
        }
        redis.clientName = "waybill-doctor"
        var findings = protection(of: redis)
        var hosts = 0
        for host in redis.hosts {
            let (finding, isGood) = await check(host, redis)
            findings.append(finding)
            if isGood { hosts += 1 }
        }
        guard hosts > 0 else { return findings }
        return findings + [await messageFinding(redis)]
    }

    // MARK: Servers

    private func protection(of redis: RedisConfiguration) -> [Finding] {
        var findings: [Finding] = []
        let isLocal = redis.hosts.allSatisfy { ListeningAddress.isLoopback($0.name) }
        if redis.tls != nil {
            findings.append(.ok(Self.subject, "connections use TLS, and the certificate and its name are verified"))
        } else if !isLocal {
            findings.append(
                .warning(
                    Self.subject,
                    "events and the password cross the network in clear text",
                    do: "let Redis speak TLS, and begin --redis-url with rediss://"
                )
            )
        }
        if redis.password == nil, !isLocal {
            findings.append(
                .warning(
                    Self.subject,
                    "there is no password: who reaches the server can read the events of all shops",
                    do: "set one in Redis (ACL SETUSER, or requirepass), and name it in --redis-url"
                )
            )
        }
        return findings
    }

    /// - Returns: the finding, and whether the server takes this service's login.
    private func check(_ host: RedisHost, _ redis: RedisConfiguration) async -> (Finding, Bool) {
        do throws(RedisError) {
            let connection = try await RedisConnection.connect(to: host, redis)
            defer { connection.close() }
            let kind = connection.mode == .cluster ? "node of a cluster" : connection.isReplica ? "replica" : "primary"
            let text = "\(host): Redis \(TerminalText.plain(connection.version)), \(kind)"
            let major = Int(connection.version.prefix { $0 != "." }) ?? 0
            if connection.mode == .cluster, major < Self.shardedVersion {
                let advice = "upgrade the cluster to Redis 7 or Valkey: older ones have no sharded channels"
                return (.failure(Self.subject, text, do: advice), false)
            }
            if major < Self.shardedVersion {
                return (.warning(Self.subject, text, do: "upgrade to Redis 7 or Valkey: this version ages"), true)
            }
            if connection.isReplica, connection.mode == .standalone, redis.hosts.count == 1 {
                let advice = "name the primary, or all servers joined by commas: servers publish to the primary alone"
                return (.failure(Self.subject, text, do: advice), false)
            }
            return (.ok(Self.subject, text), true)
        } catch {
            let advice =
                switch error {
                case .login: "correct the user and the password of --redis-url; docs/cluster.md names the rights"
                case .tooOld: "upgrade to Redis 7 or Valkey"
                default:
                    redis.tls == nil
                        ? "make it reachable, or take it out of --redis-url; where it speaks TLS, write rediss://"
                        : "make it reachable by TLS with a certificate for that name; ?ca=FILE names an authority"
                }
            return (.failure(Self.subject, "\(error)", do: advice), false)
        }
    }

    // MARK: A message

    private func messageFinding(_ redis: RedisConfiguration) async -> Finding {
        let began = ContinuousClock.now
        do {
            // Rights may be limited to the channels of this log.
            try await RedisRoundTrip(redis, channel: "waybill:{\(epoch ?? "doctor")}:doctor").run()
            let milliseconds = (ContinuousClock.now - began) / .milliseconds(1)
            let time = String(format: "%.0f", milliseconds)
            return .ok(Self.subject, "a message was published and came back, \(time) ms with connecting")
        } catch {
            return .failure(
                Self.subject,
                "no message came back: \(error)",
                do: """
                    let the user publish and subscribe (+publish +subscribe +spublish +ssubscribe +ping +hello \
                    &waybill:*), and name servers that know of each other
                    """
            )
        }
    }
}
