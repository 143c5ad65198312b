import Access
import AsyncHTTPClient
import EmbeddedPostgres
import Foundation
import HTTPTransport
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
        /// The address where it listens.
        let url: String
        /// The address that links point to.
        let publicURL: String
        let dataDirectory: String
    }

    private let options: ServiceOptions
    private let tls: TLSOptions?
    private let durableOn: DurableOn
    private let cluster: ClusterOptions?
    private let logger = LogLevel.logger(verbose: true)

    /// - Parameters:
    ///   - tls: nil serves clear text.
    ///   - durableOn: the machines on whose disks a commit must be before anybody is told of it.
    ///   - cluster: nil for a service that is this process alone.
    init(
        _ options: ServiceOptions,
        tls: TLSOptions? = nil,
        durableOn: DurableOn = .local,
        cluster: ClusterOptions? = nil
    ) {
        self.cluster = cluster
        self.options = options
        self.tls = tls
        self.durableOn = durableOn
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
        ProcessSignals.ignoreHangUp()
        raiseDescriptorLimit()
        let certificates = try loadCertificates()
        let (started, continuation) = AsyncStream.makeStream(of: Running.self)
        let serving = ClosureService {
            defer { continuation.finish() }
            do {
                try await serve(certificates) { running in
                    onRunning(running)
                    continuation.yield(running)
                }
            } catch is CancellationError where Task.isShuttingDownGracefully {
                // Told to end while it was starting.
            }
        }
        // This group holds the signals from the first moment on, so that even a start that is interrupted ends cleanly.
        var services: [any Service] = [SignalNotes(includesHangUp: certificates == nil, logger: logger), serving]
        if let companion {
            services.append(
                ClosureService {
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

    private func serve(
        _ certificates: CertificateStore?,
        _ onRunning: @escaping @Sendable (Running) -> Void
    ) async throws {
        let directory = options.database.dataDirectory.path
        let scheme = certificates == nil ? "http" : "https"
        let address = ListeningAddress(host: options.resolvedHost, port: try options.resolvedPort())
        var keys: KeySource?
        try await Database.with(options.database, for: .writing, logger: logger) {
            try address.check()
            try options.requireKeys(on: address)
            keys = try await tokenKeys(in: directory)
        } _: { database, services in
            var database = database
            let isEdge = try cluster?.isEdge() ?? false
            // A standby tells only what is on its disk.
            if isEdge, durableOn == .standby { database.sessionKind = .standby }
            if isEdge {
                try await requireCurrentSchema(database)
            } else {
                try await Migrator(logger: logger).migrate(database)
            }
            guard !Task.isShuttingDownGracefully, let keys else { return }
            if durableOn == .standby, !isEdge { try await requireSight(of: database) }
            var settings = WaybillServerSettings(database: database, keys: keys)
            settings.host = address.host
            settings.port = address.port
            settings.certificates = certificates
            settings.durableOn = durableOn
            settings.publicURL = { [options] in options.resolvedPublicURL(port: $0, scheme) }
            settings.crossOrigins = try options.resolvedCrossOrigins()
            settings.proxies = try options.trustedProxies()
            try options.streams.apply(to: &settings)
            settings.isEdge = isEdge
            settings.isAnyReady = { await PublicReadiness.isAnyReady(at: $0) }
            settings.redis = try cluster?.redis(logger)
            settings.traces = TraceExport.start(logger)
            settings.resume = services.lazy.compactMap { $0 as? EmbeddedPostgres }.first.map { cluster in
                FrozenProcessResumer {
                    await cluster.isStopped($0)
                } resume: {
                    await cluster.resume($0)
                }
            }
            let server = WaybillServer(settings: settings, logger: logger) { port in
                onRunning(
                    Running(
                        url: ServiceOptions.address(address.host, port, scheme),
                        publicURL: options.resolvedPublicURL(port: port, scheme),
                        dataDirectory: directory
                    )
                )
            }
            do {
                let indexes = IndexBuilder(configuration: database, logger: logger)
                try await server.run(companions: isEdge ? services : services + [indexes])
            } catch let error as IOError where [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) {
                // Somebody took the address while the database started.
                throw address.failure(errno: error.errnoCode)
            }
        }
    }

    /// Waits a while for a server to bring the schema up to date, and for the replica to have it.
    private func requireCurrentSchema(_ database: PostgresConfiguration) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        var isSaid = false
        while true {
            do {
                return try await Migrator(logger: logger).requireCurrent(database)
            } catch Migrator.Failure.outdated where ContinuousClock.now < deadline {
                if !isSaid {
                    logger.notice(
                        "the database's schema is not current; waiting up to 30 seconds for a server to change it"
                    )
                }
                isSaid = true
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(500)) }
            }
        }
    }

    /// - Throws: `CommandFailure` where the login may not see the positions of the standbys.
    private func requireSight(of database: PostgresConfiguration) async throws {
        guard let grant = try await StandbyWatch.missingGrant(database, logger: logger) else { return }
        throw CommandFailure(
            "--durable-on standby has to see where the standbys of the database are, which its login may not; an "
                + "administrator must run: \(grant);"
        )
    }

    /// - Returns: nil for clear text.
    private func loadCertificates() throws -> CertificateStore? {
        do {
            return try tls?.certificates(logger)
        } catch {
            throw CommandFailure("TLS cannot be served: \(ErrorSentence.text(for: error))")
        }
    }

    private func tokenKeys(in directory: String) async throws -> KeySource {
        let now = Date().timeIntervalSince1970
        guard let source = options.resolvedJWKS else {
            logger.warning("tokens of the development key are accepted; give --jwks outside development")
            if options.resolvedIssuer != nil {
                logger.warning("--issuer has no effect without --jwks: development tokens have an issuer of their own")
            }
            return try await KeySource(.development(.loadOrCreate(in: directory)), now: now, logger: logger)
        }
        return try await Self.keySource(source, issuer: options.resolvedIssuer, now: now, logger: logger)
    }

    /// The keys of `--jwks`.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `CommandFailure` where the key set cannot be read or used.
    static func keySource(_ source: String, issuer: String?, now: Double, logger: Logger) async throws -> KeySource {
        var origin = KeySource.Origin.jwksFile(source)
        if source.contains("://"), let url = URL(string: source) {
            origin = .jwksURL(url, fetch: { try await KeySetFetch.fetch($0) })
        }
        do {
            return try await KeySource(origin, issuer: issuer, now: now, logger: logger)
        } catch {
            throw CommandFailure("the keys of --jwks cannot be used: \(error)")
        }
    }

    /// Raises the soft limit of open descriptors, usually 1,024, since every stream is one.
    private func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
            logger.warning("the limit of open descriptors cannot be raised", metadata: ["errno": "\(errno)"])
        }
    }
}
