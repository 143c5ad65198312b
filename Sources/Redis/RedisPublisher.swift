package import NIOCore

/// Publishes messages over one connection, which is made when it is needed. In a cluster, messages go to the channel's
/// own node (sharded publish).
package actor RedisPublisher {
    private let configuration: RedisConfiguration
    private var connection: RedisConnection?
    /// The place in the list of hosts at which the next search begins.
    private var first = 0

    /// The redirects that one message follows.
    private static let maximumRedirects = 4

    package init(configuration: RedisConfiguration) {
        self.configuration = configuration
    }

    /// Publishes a message and waits for the server's answer.
    ///
    /// - Returns: the number of subscribers that the server knows of, which other servers of a cluster may have more
    ///   of.
    /// - Throws: the error after which it is not known whether the message was published. The next call connects again.
    @discardableResult
    package func publish(_ payload: ByteBuffer, to channel: String) async throws(RedisError) -> Int {
        do throws(RedisError) {
            var node = try await connected()
            for _ in 0...Self.maximumRedirects {
                let verb = node.mode == .cluster ? "SPUBLISH" : "PUBLISH"
                do throws(RedisError) {
                    let command = RESPCommand(words: [verb, channel], payload: payload)
                    guard case .integer(let count) = try await node.send(command, verb) else {
                        throw .protocolViolation("\(verb) was not answered by a number")
                    }
                    return Int(count)
                } catch {
                    guard case .server(let message) = error,
                        let redirect = RedisRedirect(message, from: node.host)
                    else { throw error }
                    node.close()
                    connection = nil
                    node = try await .connect(to: redirect.host, configuration)
                    connection = node
                }
            }
            throw .redirects
        } catch {
            connection?.close()
            connection = nil
            throw error
        }
    }

    package func close() {
        connection?.close()
        connection = nil
    }

    private func connected() async throws(RedisError) -> RedisConnection {
        // One that was not used for long may have ended meanwhile.
        if let connection, connection.isOpen { return connection }
        var failure = RedisError.closed("there are no hosts")
        for offset in configuration.hosts.indices {
            let index = (first + offset) % configuration.hosts.count
            do throws(RedisError) {
                let made = try await RedisConnection.connect(to: configuration.hosts[index], configuration)
                // A replica's subscribers alone would hear the message.
                if made.mode == .standalone, made.isReplica {
                    made.close()
                    throw .replica(host: "\(made.host)")
                }
                (connection, first) = (made, index)
                return made
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
