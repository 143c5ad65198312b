import AsyncHTTPClient
import NIOHTTP1

/// A stream across its connections: asks, reads, and comes back.
struct StreamSession {
    private let client: WaybillClient
    private let request: StreamRequest
    private let observer: @Sendable (ConnectionChange) -> Void

    private var lastEventID = ""
    private var reconnection: Reconnection
    /// How long to wait before the next connection; nil before the first.
    private var pause: Duration?
    private var credential = Credential()
    private var connection: StreamConnection?

    init(client: WaybillClient, request: StreamRequest, observer: @escaping @Sendable (ConnectionChange) -> Void) {
        self.client = client
        self.request = request
        self.observer = observer
        reconnection = Reconnection(time: client.settings.reconnectionTime, longest: client.settings.longestPause)
    }

    /// What a client that stops now goes on with.
    var position: String? {
        let id = connection?.lastEventID ?? lastEventID
        return id.isEmpty ? request.after : id
    }

    mutating func next() async throws -> StreamEvent {
        while true {
            try Task.checkCancellation()
            guard let event = try await read(), let shown = try StreamEvent(event) else { continue }
            if case .bye(let reason, _) = shown { takeLeave(reason) }
            return shown
        }
    }

    /// - Returns: the connection's next event; nil where it has none any more, or there was none and now is.
    private mutating func read() async throws -> ServerSentEvent? {
        guard connection != nil else {
            try await connect()
            return nil
        }
        do {
            if let event = try await connection?.next() { return event }
            try Task.checkCancellation()
            lost("the stream ended")
        } catch let error as EventStreamParser.EventTooLarge {
            throw WaybillClientError(.eventTooLarge, error.description)
        } catch {
            try Task.checkCancellation()
            lost(client.words(error))
        }
        return nil
    }

    private mutating func connect() async throws {
        if let pause { try await Task.sleep(for: pause) }
        let token = try await credential.current(from: client.token)
        let response: HTTPClientResponse
        do {
            response = try await client.open(request, token: token, lastEventID: lastEventID)
        } catch let error as WaybillClientError {
            throw error
        } catch {
            try Task.checkCancellation()
            failed(client.words(error))
            return
        }
        if response.status == .unauthorized, credential.renew() {
            pause = .zero
        } else if client.settings.waitsForService, (502...504).contains(response.status.code) {
            failed("the service answered \(response.status.code)")
        } else {
            try await client.check(response)
            begin(response)
        }
    }

    private mutating func begin(_ response: HTTPClientResponse) {
        credential.accepted()
        reconnection.opened()
        connection = StreamConnection(
            response.body,
            lastEventID: lastEventID,
            maximumEventSize: client.settings.maximumEventSize
        )
        observer(.opened(after: position))
    }

    /// Closes what is left of the connection, and remembers what it said.
    private mutating func close() {
        if let connection {
            lastEventID = connection.lastEventID
            if let time = connection.reconnectionTime { reconnection.told(milliseconds: time) }
        }
        connection = nil
    }

    private mutating func takeLeave(_ reason: String) {
        close()
        if reason == "tokenExpired" { credential.expire() }
        pause = reconnection.pause(random: .random(in: 0..<1))
    }

    private mutating func lost(_ reason: String) {
        close()
        let pause = reconnection.pause(random: .random(in: 0..<1))
        self.pause = pause
        observer(.lost(reason: reason, after: position, pause: pause))
    }

    private mutating func failed(_ reason: String) {
        reconnection.failed()
        let pause = reconnection.pause(random: .random(in: 0..<1))
        self.pause = pause
        observer(.failed(reason: reason, pause: pause))
    }
}
