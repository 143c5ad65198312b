import AsyncHTTPClient
import NIOHTTP1

/// A stream across its connections: connects, reads, and reconnects.
struct StreamSession {
    private let client: WaybillClient
    private let request: StreamRequest
    private let observer: @Sendable (ConnectionChange) -> Void

    private var lastEventID = ""
    private var reconnection: Reconnection
    /// The time to wait before the next connection; nil before the first.
    private var delay: Duration?
    private var credential = Credential()
    private var connection: StreamConnection?
    /// The generation of the HTTP client that made the last connection or attempt.
    private var generation: Int

    init(client: WaybillClient, request: StreamRequest, observer: @escaping @Sendable (ConnectionChange) -> Void) {
        self.client = client
        self.request = request
        self.observer = observer
        generation = client.http.current.generation
        reconnection = Reconnection(time: client.settings.reconnectionTime, maximum: client.settings.maximumBackoff)
    }

    /// The position from which a client that stops now can resume; nil before the stream has named one.
    var position: String? {
        let id = connection?.lastEventID ?? lastEventID
        return id.isEmpty ? request.after : id
    }

    /// Returns the next event that this client knows, from as many connections as needed.
    mutating func next() async throws -> StreamEvent {
        while true {
            try Task.checkCancellation()
            guard let event = try await read(), let shown = try StreamEvent(event) else { continue }
            if case .bye(let reason, _) = shown { handleBye(reason: reason) }
            return shown
        }
    }

    /// Reads from the connection, or makes one.
    ///
    /// - Returns: the connection's next event; nil after the connection has ended or has just been made.
    private mutating func read() async throws -> ServerSentEvent? {
        guard connection != nil else {
            try await connect()
            return nil
        }
        do {
            if let event = try await connection?.next() { return event }
            try Task.checkCancellation()
            connectionLost(reason: "the stream ended")
        } catch let error as EventStreamParser.EventTooLarge {
            throw WaybillClientError(.eventTooLarge, error.description)
        } catch {
            try Task.checkCancellation()
            connectionLost(reason: client.message(for: error))
        }
        return nil
    }

    private mutating func connect() async throws {
        if let delay { try await client.http.wait(for: delay, generation: generation) }
        let token = try await credential.current(from: client.token)
        let http = client.http.current
        generation = http.generation
        let response: HTTPClientResponse
        do {
            response = try await client.open(
                request,
                token: token,
                lastEventID: lastEventID,
                over: http.client
            )
        } catch let error as WaybillClientError {
            throw error
        } catch {
            try Task.checkCancellation()
            attemptFailed(reason: client.message(for: error))
            return
        }
        if response.status == .unauthorized, credential.expireIfAcceptedBefore() {
            delay = .zero
        } else if client.settings.retriesGatewayErrors, (502...504).contains(response.status.code) {
            attemptFailed(reason: "the service answered \(response.status.code)")
        } else {
            try await client.validate(response)
            begin(response)
        }
    }

    private mutating func begin(_ response: HTTPClientResponse) {
        credential.markAccepted()
        reconnection.recordSuccess()
        connection = StreamConnection(
            response.body,
            lastEventID: lastEventID,
            maximumEventSize: client.settings.maximumEventSize
        )
        observer(.opened(after: position))
    }

    /// Closes the connection, and keeps its last id and its reconnection time.
    private mutating func close() {
        if let connection {
            lastEventID = connection.lastEventID
            if let time = connection.reconnectionTime { reconnection.setTime(milliseconds: time) }
        }
        connection = nil
    }

    private mutating func handleBye(reason: String) {
        close()
        if reason == "tokenExpired" { credential.expire() }
        delay = reconnection.delay(random: .random(in: 0..<1))
    }

    private mutating func connectionLost(reason: String) {
        close()
        let (reason, delay) = next(after: reason)
        observer(.lost(reason: reason, after: position, delay: delay))
    }

    private mutating func attemptFailed(reason: String) {
        reconnection.recordFailure()
        let (reason, delay) = next(after: reason)
        observer(.failed(reason: reason, delay: delay))
    }

    /// Sets the delay of the next attempt; none where the client was told to reconnect.
    private mutating func next(after reason: String) -> (reason: String, delay: Duration) {
        var reason = reason
        var delay = Duration.zero
        if client.http.current.generation == generation {
            delay = reconnection.delay(random: .random(in: 0..<1))
        } else {
            reason = "the client was told to reconnect"
            reconnection.recordSuccess()
        }
        self.delay = delay
        return (reason, delay)
    }
}
