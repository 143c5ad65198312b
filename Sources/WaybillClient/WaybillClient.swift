import AsyncHTTPClient
import FoundationEssentials
import NIOCore

/// Follows orders on a Waybill service.
///
/// ```swift
/// let client = try WaybillClient(url: "https://orders.example.com", token: token)
/// for try await event in client.events(of: .order(orderId)) {
///     switch event {
///     case .snapshot(let frame), .status(let frame), .update(let frame): print(frame.data)
///     case .reset: print("what was shown so far is void")
///     case .bye: continue
///     }
/// }
/// ```
///
/// The client is kept by its streams and closes its connections when the last of them, and the last reference to itself,
/// is gone.
public final class WaybillClient: Sendable {
    /// Gives a token that the service accepts. Asked before a stream's first connection, and again after the service has
    /// said that the token expired. What it throws ends the stream.
    public typealias TokenProvider = @Sendable () async throws -> String

    /// The service's address, without a slash at the end.
    let url: String
    let settings: Settings
    let token: TokenProvider?
    let http: HTTPClient

    /// A client that always sends the same token, or none.
    ///
    /// - Parameter url: the service's address, `http` or `https`.
    /// - Throws: `WaybillClientError` with the code `unusableRequest` where `url` is no such address, or the
    ///   settings name certificates that cannot be read.
    public convenience init(url: String, token: String? = nil, settings: Settings = Settings()) throws {
        try self.init(url: url, settings: settings, tokenProvider: token.map { token in { @Sendable in token } })
    }

    /// A client that asks for a token when it needs one.
    ///
    /// - Parameters:
    ///   - url: the service's address, `http` or `https`.
    ///   - tokenProvider: nil where no token is needed.
    /// - Throws: `WaybillClientError` with the code `unusableRequest` where `url` is no such address, or the
    ///   settings name certificates that cannot be read.
    public init(url: String, settings: Settings = Settings(), tokenProvider: TokenProvider?) throws {
        guard let parts = URL(string: url), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil
        else {
            throw WaybillClientError(.unusableRequest, "\(url) is no address of a service: http://… or https://…")
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.settings = settings
        self.token = tokenProvider
        let configuration: HTTPClient.Configuration
        do {
            configuration = try settings.http()
        } catch {
            let file = settings.certificateAuthorities ?? ""
            throw WaybillClientError(.unusableRequest, "\(file) cannot be read as certificates: \(error)")
        }
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // It closes idle connections; nobody is left who could be told that it failed to.
        http.shutdown { _ in }
    }

    /// A stream's events, from now or from where the request says, across lost connections.
    ///
    /// - Parameter onConnectionChange: told when the stream's connection is made, lost, or cannot be made. Called between two
    ///   events, on the task that reads them.
    public func events(
        of request: StreamRequest,
        onConnectionChange: @escaping @Sendable (ConnectionChange) -> Void = { _ in }
    ) -> EventStream {
        EventStream(client: self, request: request, observer: onConnectionChange)
    }
}
