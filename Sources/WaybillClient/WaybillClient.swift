import AsyncHTTPClient
import FoundationEssentials
import NIOCore

/// A client that follows orders on a Waybill service.
///
/// ```swift
/// let client = try WaybillClient(url: "https://orders.example.com", token: token)
/// for try await event in client.events(of: .order(orderId)) {
///     switch event {
///     case .snapshot(let frame), .status(let frame), .update(let frame): print(frame.data)
///     case .reset: print("discard what was shown so far")
///     case .bye: continue
///     }
/// }
/// ```
///
/// Streams keep their client alive. It closes its connections when its last stream and the last reference to it are
/// gone.
public final class WaybillClient: Sendable {
    /// A function that returns a token which the service accepts.
    ///
    /// It is called before a stream's first connection, and again after the service has said that the token expired. An
    /// error that it throws ends the stream.
    public typealias TokenProvider = @Sendable () async throws -> String

    /// The service's address, without a slash at its end.
    let url: String
    let settings: Settings
    let token: TokenProvider?
    let http: ReplaceableHTTPClient

    /// Creates a client that always sends the same token, or none.
    ///
    /// - Parameters:
    ///   - url: the service's address, with the scheme `http` or `https`.
    ///   - token: the token; nil where none is needed, as for tracking links.
    ///   - settings: the settings of the client's connections.
    /// - Throws: ``WaybillClientError`` with the code ``WaybillClientError/Code/unusableRequest`` where `url` is not
    ///   such an address, or where the certificates that the settings name cannot be read.
    public convenience init(url: String, token: String? = nil, settings: Settings = Settings()) throws {
        try self.init(url: url, settings: settings, tokenProvider: token.map { token in { @Sendable in token } })
    }

    /// Creates a client that requests a token when it needs one.
    ///
    /// - Parameters:
    ///   - url: the service's address, with the scheme `http` or `https`.
    ///   - settings: the settings of the client's connections.
    ///   - tokenProvider: the function that returns a token; nil where none is needed.
    /// - Throws: ``WaybillClientError`` with the code ``WaybillClientError/Code/unusableRequest`` where `url` is not
    ///   such an address, or where the certificates that the settings name cannot be read.
    public init(url: String, settings: Settings = Settings(), tokenProvider: TokenProvider?) throws {
        guard let parts = URL(string: url), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil
        else {
            let advice = "give one such as https://orders.example.com"
            throw WaybillClientError(.unusableRequest, "\(url) is not the address of a service; \(advice)")
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.settings = settings
        self.token = tokenProvider
        let configuration: HTTPClient.Configuration
        do {
            configuration = try settings.httpConfiguration()
        } catch {
            let file = settings.certificateAuthorities ?? ""
            throw WaybillClientError(.unusableRequest, "\(file) cannot be read, or holds no certificates in PEM")
        }
        self.http = ReplaceableHTTPClient(configuration: configuration)
    }

    /// Returns the events of a stream, across lost connections.
    ///
    /// - Parameters:
    ///   - request: the orders to follow, and the position to begin at.
    ///   - onConnectionChange: called when the stream's connection is made, lost, or cannot be made, on the task that
    ///     reads the events, between two of them.
    public func events(
        of request: StreamRequest,
        onConnectionChange: @escaping @Sendable (ConnectionChange) -> Void = { _ in }
    ) -> EventStream {
        EventStream(client: self, request: request, observer: onConnectionChange)
    }

    /// Replaces the connections of all streams at once, as after a sleep or when the network has changed.
    ///
    /// A device that slept has often lost its connections without a notice, and delays stand still in the meantime. An
    /// app calls this when it comes back to the foreground. Each stream is requested again from its last position
    /// without a delay, as soon as its consumer asks for the next event. No event is lost or repeated.
    public func reconnect() {
        http.replace()
    }
}
