import Postgres

/// The server's configuration. Each start passes it on the command line, so that a newer service brings its own.
enum ServerSettings {
    static let port = 5432
    static let user = "postgres"
    /// The name of the service's database.
    static let database = "waybill"

    static func initdb(binaries: ServerBinaries, directory: String, withChecksums: Bool = true) -> [String] {
        // PostgreSQL 18 makes them by default, and earlier versions do not know the option against them.
        let checksums =
            withChecksums ? ["--data-checksums"] : binaries.major >= 18 ? ["--no-data-checksums"] : []
        return [
            "\(binaries.directory)/initdb", "--pgdata=\(directory)", "--username=\(user)",
            "--encoding=UTF8", "--no-locale",
            // Only the service and its account can enter the socket's directory.
            "--auth-local=trust", "--auth-host=reject", "--no-instructions",
        ] + checksums
    }

    static func postgres(binaries: ServerBinaries, cluster: String, socketDirectory: String) -> [String] {
        let settings = [
            "listen_addresses=",
            "port=\(port)",
            "unix_socket_directories=\(quoted(socketDirectory))",
            "unix_socket_permissions=0700",
            "max_connections=50",
            "shared_buffers=128MB",
            "fsync=on",
            "full_page_writes=on",
            "synchronous_commit=on",
            // Enough for a base backup over the socket.
            "wal_level=replica",
            "max_wal_senders=3",
            // A busy log writes some 20 MB a second, and checkpoints every minute would double that by full pages.
            // Recovery still ends within the minute that a restart may take.
            "max_wal_size=2GB",
            "checkpoint_timeout=10min",
            "wal_buffers=16MB",
            "min_wal_size=128MB",
            // A new file of the write-ahead log is 16 MB. Filled with zeros first, it holds all commands up for as long
            // as the disk takes for that; later files are old ones under new names.
            "wal_init_zero=off",
            "timezone=UTC",
            "log_timezone=UTC",
            "lc_messages=C",
            "log_destination=stderr",
            "logging_collector=off",
            "log_checkpoints=off",
            "log_line_prefix=%m [%p] ",
        ]
        return ["\(binaries.directory)/postgres", "-D", cluster] + settings.flatMap { ["-c", $0] }
    }

    /// Quotes a path for a setting that is a list. An unquoted comma or blank would end the entry.
    static func quoted(_ path: String) -> String { path.quotedIdentifier }

    /// The server's own database, in which others are made.
    static func maintenance(of database: PostgresConfiguration) -> PostgresConfiguration {
        var maintenance = database
        maintenance.database = "postgres"
        maintenance.requestTimeout = .seconds(30)
        return maintenance
    }
}
