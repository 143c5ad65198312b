package import Logging
import ServiceLifecycle

/// A private PostgreSQL cluster for one data directory, reachable by a Unix socket only.
///
/// The owner holds the ``DataDirectoryLock``, calls ``start()``, runs the value beside its other services, and calls
/// ``stop(within:)`` after everything else has ended. The server outlives a killed owner; the next ``start()`` adopts it.
package actor EmbeddedPostgres: Service {
    /// What a client needs to connect.
    package struct Location: Sendable, Hashable {
        package let socketDirectory: String
        package let port: Int
        package let user: String
        package let database: String

        package init(socketDirectory: String, port: Int, user: String, database: String) {
            self.socketDirectory = socketDirectory
            self.port = port
            self.user = user
            self.database = database
        }

        /// The same server, another database.
        package func database(_ name: String) -> Location {
            Location(socketDirectory: socketDirectory, port: port, user: user, database: name)
        }
    }

    /// Everything about the cluster that one start finds out.
    struct Site {
        let cluster: String
        let socketDirectory: String
        let account: ServerAccount
        let binaries: Binaries

        var pidFile: String { "\(cluster)/postmaster.pid" }
        var log: String { "\(cluster)/postgres.log" }

        func location(port: Int, socketDirectory: String) -> Location {
            Location(
                socketDirectory: socketDirectory,
                port: port,
                user: ServerSettings.user,
                database: ServerSettings.database
            )
        }
    }

    /// How long a start waits for what a killed server left behind, and for the server to answer.
    static let startTimeout = Duration.seconds(60)
    /// A server that is replaying its log after a crash may take longer: it is alive and making progress.
    static let recoveryTimeout = Duration.seconds(600)

    let dataDirectory: String
    let logger: Logger
    let namedBinaries: String?

    var site: Site?
    /// The server that this value last saw ready.
    var server: ProcessFacts.Identity?
    /// A server that we started, until it was reaped.
    var child: Int32?
    /// A second caller of ``start()`` waits for the first, instead of starting a second server.
    var isStarting = false
    /// Set by ``stop(within:)``: nothing is started any more.
    var isStopping = false

    /// - Parameters:
    ///   - dataDirectory: the service's data directory; made where it is missing.
    ///   - logger: where starts, deaths and restarts are told.
    ///   - binaries: the directory of the server's programs, in place of looking for it.
    package init(dataDirectory: String, logger: Logger, binaries: String? = nil) {
        self.dataDirectory = dataDirectory
        self.logger = logger
        self.namedBinaries = binaries
    }

    /// The id of the process that serves the cluster, as last seen.
    package var postmasterPid: Int32? { server?.pid }

    /// What `postmaster.pid` and `/proc` say now.
    func presence(_ site: Site) -> PostmasterPresence {
        Self.presence(cluster: site.cluster, account: site.account)
    }
}
