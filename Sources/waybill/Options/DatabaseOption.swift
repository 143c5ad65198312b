import ArgumentParser
import Logging
import Postgres

/// The database that a command works on: a PostgreSQL that the user names, or else the embedded one of a data
/// directory.
struct DatabaseOption: ParsableArguments {
    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(
        help: "PostgreSQL to use instead of the data directory's embedded one: postgres://… [WAYBILL_DATABASE_URL]"
    )
    var databaseUrl: String?

    @Option(help: "A file that holds the URL, which may hold a password. [WAYBILL_DATABASE_URL_FILE]")
    var databaseUrlFile: String?

    /// Tells whether a flag names the database.
    var isFlagGiven: Bool { databaseUrl != nil || databaseUrlFile != nil }

    /// Nil for the embedded database.
    func url() throws -> String? { try given()?.url }

    /// Says in the log where others can read the file that holds the URL. A password file in a container is often
    /// readable by all, so that is no reason to refuse it.
    func warnOfExposure(_ logger: Logger) throws {
        guard let given = try given(), let exposure = given.exposure else { return }
        logger.warning(
            "the file of the database's URL is not private",
            metadata: ["file": "\(given.name): \(exposure)"]
        )
    }

    private func given() throws -> (url: String, name: String, exposure: String?)? {
        let variable = "WAYBILL_DATABASE_URL"
        switch try SecretFile.source("--database-url", databaseUrl, databaseUrlFile, variable: variable) {
        case nil: return nil
        case .text(let url): return (url, databaseUrl == nil ? variable : "--database-url", nil)
        case .file(let path, let name):
            let (url, exposure) = try SecretFile.read(path, named: name)
            return (url, name, exposure)
        }
    }

    func validate() throws { _ = try configuration() }

    /// The database's address and login; nil for the embedded one.
    ///
    /// - Throws: `ValidationError`, which never repeats the URL: it may hold a password.
    func configuration() throws -> PostgresConfiguration? {
        guard let (url, name, _) = try given() else { return nil }
        if let scheme = url.firstRange(of: "://").map({ url[..<$0.lowerBound] }), !scheme.contains("=") {
            guard ["postgres", "postgresql"].contains(scheme) else {
                throw ValidationError(
                    "\(name) begins with \(scheme)://, but must begin with postgres:// or postgresql://."
                )
            }
        }
        do throws(PostgresError) {
            return try PostgresConfiguration(connectionString: url)
        } catch {
            // A file that the URL names, such as a service file, may be wrong too.
            guard error.message.contains("cannot be read") else { throw ValidationError("\(name): \(error.message).") }
            throw ValidationError(
                "\(name) cannot be read: it must look like postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special "
                    + "characters of the password percent-encoded, and parameters that libpq knows."
            )
        }
    }
}
