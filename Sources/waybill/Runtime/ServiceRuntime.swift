import Access
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import OrderLog
import Postgres
import ServiceLifecycle
import UnixSignals
import WaybillServer

/// From options to a running service and back: database, schema, keys, server, and the end of all of them.
struct ServiceRuntime: Sendable {
    /// A service that takes requests.
    struct Running: Sendable {
        /// Where it listens.
        let url: String
        /// Where links point.
        let publicURL: String
        let dataDirectory: String
    }

    private let options: ServiceOptions
    private let tls: TLSOptions?
    private let logger = Output.logger(verbose: true)

    /// - Parameter tls: nil serves clear text.
    init(_ options: ServiceOptions, tls: TLSOptions? = nil) {
        self.options = options
        self.tls = tls
    }

    /// Serves until SIGTERM or SIGINT, or until `companion` is done where there is one.
    ///
    /// - Parameters:
    ///   - companion: runs beside the service, once it takes requests; told to end by cancellation.
    ///   - onRunning: called once the service takes requests.
    func run(
        companion: (@Sendable (Running) async throws -> Void)? = nil,
        onRunning: @escaping @Sendable (Running) -> Void
    ) async throws {
        raiseDescriptorLimit()
        let (started, continuation) = AsyncStream.makeStream(of: Running.self)
        let serving = Whole {
            defer { continuation.finish() }
            do {
                try await serve { running in
                    onRunning(running)
                    continuation.yield(running)
                }
            } catch is CancellationError where Task.isShuttingDownGracefully {
                // Told to end while it was starting.
            }
        }
        // This group holds the signals from the first moment on, so that even a start that is interrupted ends cleanly.
        var services = [serving]
        if let companion {
            services.append(
                Whole {
                    do {
                        try await cancelWhenGracefulShutdown {
                            for await running in started { return try await companion(running) }
                        }
                    } catch is CancellationError {
                        // Told to end.
                    }
                }
            )
        }
        let configuration = ServiceGroupConfiguration(
            services: services.map { service in
                .init(
                    service: service,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await ServiceGroup(configuration: configuration).run()
    }

    private func serve(_ onRunning: @escaping @Sendable (Running) -> Void) async throws {
        let directory = options.dataDirectory.path
        let certificates = try tls?.certificates(logger)
        let scheme = certificates == nil ? "http" : "https"
        try await Database.with(
            url: options.resolvedDatabaseURL,
            dataDirectory: directory,
            logger: logger
        ) { database, services in
            try await Migrator(logger: logger).migrate(database)
            guard !Task.isShuttingDownGracefully else { return }
            var settings = WaybillServerSettings(database: database, keys: try await keys(in: directory))
            settings.host = options.resolvedHost
            settings.port = try options.resolvedPort()
            settings.certificates = certificates
            let server = WaybillServer(settings: settings, logger: logger) { port in
                onRunning(
                    Running(
                        url: ServiceOptions.address(options.resolvedHost, port, scheme),
                        publicURL: options.resolvedPublicURL(port: port, scheme),
                        dataDirectory: directory
                    )
                )
            }
            try await server.run(companions: services)
        }
    }

    private func keys(in directory: String) async throws -> KeySource {
        let now = Date().timeIntervalSince1970
        guard let source = options.resolvedJWKS else {
            logger.warning("tokens of the development key are accepted; give --jwks outside development")
            return try await KeySource(.development(.loadOrCreate(in: directory)), now: now, logger: logger)
        }
        guard source.hasPrefix("http://") || source.hasPrefix("https://"), let url = URL(string: source) else {
            return try await KeySource(.jwksFile(source), now: now, logger: logger)
        }
        return try await KeySource(.jwksURL(url, fetch: Self.fetch), now: now, logger: logger)
    }

    private static let fetch: KeySource.Fetch = { url in
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: url.absoluteString),
            deadline: .now() + .seconds(10)
        )
        guard response.status == .ok else { throw CommandFailure("\(url) answered \(response.status)") }
        return Array(try await response.body.collect(upTo: 1024 * 1024).readableBytesView)
    }

    /// Every stream is a descriptor; the usual soft limit is 1,024.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
            logger.warning("the limit of open descriptors cannot be raised", metadata: ["errno": "\(errno)"])
        }
    }
}

/// A closure as a service.
private struct Whole: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}
