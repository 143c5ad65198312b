import Glibc
import Logging
import Postgres

extension ClusterSite {
    /// Reads the state of the cluster's server from `postmaster.pid` and `/proc`.
    func presence() -> PostmasterPresence {
        let file = FileSystem.contents(pidFile).flatMap { PostmasterFile(parsing: $0) }
        return PostmasterPresence(
            file: file,
            process: file.flatMap { ProcessFacts(pid: $0.pid) },
            directory: cluster,
            isSamePlace: file.map { isThisCluster($0.directory) } ?? false,
            account: account.user,
            ownPid: getpid()
        )
    }

    private func isThisCluster(_ directory: String) -> Bool {
        directory == cluster || FileSystem.identity(directory).map { $0 == FileSystem.identity(cluster) } ?? false
    }

    /// Tells whether sessions can be opened by way of the socket: a running server lists this socket's directory, and
    /// the socket is there.
    func isReachable(_ file: PostmasterFile) -> Bool {
        file.socketDirectory == socketDirectory && FileSystem.exists(socket)
    }

    /// Removes lock files that came along when the cluster was copied while its server ran. PostgreSQL would take the
    /// original's server for its own.
    func removeCopiedLocks(logger: Logger) throws {
        // Nobody may lose the file of a server that works here.
        guard ProcessFacts.working(in: cluster).allSatisfy({ $0.name != "postgres" }) else { return }
        for path in [pidFile, "\(socket).lock"] {
            guard
                let file = FileSystem.contents(path).flatMap({ PostmasterFile(parsing: $0) }),
                !isThisCluster(file.directory)
            else { continue }
            logger.notice(
                "removing a lock file that was copied or moved with the cluster",
                metadata: ["file": "\(path)", "of": "\(file.directory)"]
            )
            guard unlink(path) == 0 || errno == ENOENT else { throw FileSystem.failure("remove", path) }
        }
    }

    /// Starts the server.
    ///
    /// - Returns: its process id.
    func launchServer() throws -> Int32 {
        if socketDirectory != cluster { try FileSystem.makePrivateDirectory(socketDirectory, account: account) }
        let arguments = ServerSettings.postgres(
            binaries: binaries,
            cluster: cluster,
            socketDirectory: socketDirectory
        )
        return try ChildProcess(account.command(arguments), directory: cluster, output: .file(log.path)).pid
    }

    /// Asks the server for a session.
    ///
    /// - Returns: the service's database, which need not exist yet; nil while the server does not answer.
    func probe(_ file: PostmasterFile, logger: Logger) async -> PostgresConfiguration? {
        guard file.status == .ready, let port = file.port, let socketDirectory = file.socketDirectory else {
            return nil
        }
        let database = PostgresConfiguration(
            host: socketDirectory,
            port: port,
            database: ServerSettings.database,
            user: ServerSettings.user
        )
        var maintenance = ServerSettings.maintenance(of: database)
        maintenance.connectTimeout = .seconds(2)
        maintenance.totalConnectTimeout = .seconds(2)
        do {
            try await PostgresConnection.with(maintenance, logger: logger) { _ in }
            return database
        } catch {
            logger.debug("the PostgreSQL server does not answer yet", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Makes the service's database, unless there is one.
    func makeDatabase(_ database: PostgresConfiguration, logger: Logger) async throws {
        do {
            try await PostgresConnection.with(ServerSettings.maintenance(of: database), logger: logger) { session in
                let known = try await session.query(
                    "select 1 from pg_database where datname = $1",
                    [database.database],
                    timeout: .seconds(30)
                )
                guard known.isEmpty else { return }
                try await session.executeScript(
                    "create database \(database.database.quotedIdentifier)",
                    timeout: .seconds(30)
                )
            }
        } catch let error as PostgresError {
            if error.kind == .cancelled { throw CancellationError() }
            throw EmbeddedPostgresError(
                .queryFailed,
                "the database \(database.database) could not be made in \(cluster): \(error.message)"
            )
        }
    }

    /// Sends a signal to the backends that a killed server left. They notice its death only between two steps of their
    /// work, and a new server may not start before the last of them is gone.
    func signalOrphans(_ signal: Int32, logger: Logger) {
        for orphan in ProcessFacts.working(in: cluster) where orphan.name == "postgres" {
            logger.warning(
                "ending a backend of a killed PostgreSQL server",
                metadata: ["pid": "\(orphan.identity.pid)", "signal": "\(signal)"]
            )
            kill(orphan.identity.pid, signal)
        }
    }
}
