package import NIOCore

/// Publishes messages over one connection, which is made when it is needed. In a cluster, messages go to the channel's
/// own node (sharded publish).
package actor RedisPublisher {
    private let configuration: RedisConfiguration
    private var connection: RedisConnection?
    /// The search for a server that is under way. All calls share it, so that there is one connection.
    private var search: Task<Result<RedisConnection, RedisError>, Never>?
    /// The place in the list of hosts at which the next search begins.
    private var first = 0
    private var isClosed = false

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
        var redirect: RedisHost?
        for _ in 0...Self.maximumRedirects {
            let node = try await connected(to: redirect)
            do throws(RedisError) {
                let verb = node.mode == .cluster ? "SPUBLISH" : "PUBLISH"
                let command = RESPCommand(words: [verb, channel], payload: payload)
                guard case .integer(let count) = try await node.send(command, verb) else {
                    throw .protocolViolation("\(verb) was not answered by a number")
                }
                return Int(count)
            } catch {
                giveUp(node)
                guard case .server(let message) = error, let told = RedisRedirect(message, from: node.host) else {
                    throw error
                }
                redirect = told.host
            }
        }
        throw .redirects
    }

    /// Tries the connection; makes it first where there is none.
    package func ping() async throws(RedisError) {
        let node = try await connected(to: nil)
        do throws(RedisError) {
            _ = try await node.send(RESPCommand("PING"), "PING")
        } catch {
            giveUp(node)
            throw error
        }
    }

    /// Ends the connection, also one that is being made. Messages that wait, and later ones, are not published.
    package func close() {
        isClosed = true
        search?.cancel()
        connection?.close()
        connection = nil
    }

    private func giveUp(_ node: RedisConnection) {
        node.close()
        if connection === node { connection = nil }
    }

    /// - Parameter redirect: the node to connect to; nil for the present one, or the next that answers.
    private func connected(to redirect: RedisHost?) async throws(RedisError) -> RedisConnection {
        // One that was not used for long may have ended meanwhile.
        if redirect == nil, let connection, connection.isOpen { return connection }
        guard !isClosed else { throw .closed("the service ends") }
        if let search { return try await search.value.get() }
        let search = Task { await connect(to: redirect) }
        self.search = search
        let result = await search.value
        self.search = nil
        return try result.get()
    }

    private func connect(to redirect: RedisHost?) async -> Result<RedisConnection, RedisError> {
        do throws(RedisError) {
            let made =
                if let redirect {
                    try await RedisConnection.connect(to: redirect, configuration)
                } else {
                    try await connectToAny()
                }
            guard !isClosed else {
                made.close()
                return .failure(.closed("the service ends"))
            }
            connection?.close()
            connection = made
            return .success(made)
        } catch {
            return .failure(error)
        }
    }

    private func connectToAny() async throws(RedisError) -> RedisConnection {
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
                first = index
                return made
            } catch {
                failure = error
            }
        }
        throw failure
    }
}
