import ArgumentParser
import Postgres

/// The database that a command works on: a PostgreSQL that the user names, or else the embedded one of a data
/// directory.
struct DatabaseOption: ParsableArguments {
    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(
        help: "PostgreSQL to use instead of the data directory's embedded one: postgres://… [WAYBILL_DATABASE_URL]"
    )
    var databaseUrl: String?

    /// Nil for the embedded database.
    var url: String? { databaseUrl ?? Environment.text("WAYBILL_DATABASE_URL") }

    func validate() throws { _ = try configuration() }

    /// The database's address and login; nil for the embedded one.
    ///
    /// - Throws: `ValidationError`, which never repeats the URL: it may hold a password.
    func configuration() throws -> PostgresConfiguration? {
        guard let url else { return nil }
        let name = databaseUrl == nil ? "WAYBILL_DATABASE_URL" : "--database-url"
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
