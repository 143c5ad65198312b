/// The server's configuration. It goes on the command line at each start, so that a newer service brings its own.
enum ServerSettings {
    static let port = 5432
    static let user = "postgres"
    static let database = "waybill"

    static func initdb(binaries: Binaries, directory: String) -> [String] {
        [
            "\(binaries.directory)/initdb", "--pgdata=\(directory)", "--username=\(user)",
            "--encoding=UTF8", "--no-locale", "--data-checksums",
            // Whoever can enter the socket's directory is the service or its account.
            "--auth-local=trust", "--auth-host=reject", "--no-instructions",
        ]
    }

    static func postgres(binaries: Binaries, cluster: String, socketDirectory: String) -> [String] {
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
            // A busy log writes some 20 MB a second: checkpoints every minute would double that by full pages. Recovery still
            // ends within the minute that a restart may take.
            "max_wal_size=2GB",
            "checkpoint_timeout=10min",
            "wal_buffers=16MB",
            "min_wal_size=128MB",
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

    /// The setting is a list: a comma or a blank in a path needs quotes.
    static func quoted(_ path: String) -> String {
        "\"" + path.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
