import Postgres

extension Migrator {
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// The text of an applied file has changed.
        case changed(version: Int, name: String)
        /// The database has a migration that this version of Waybill does not know.
        case missing(version: Int, name: String)
        /// A newer migration was applied before this one.
        case skipped(version: Int, name: String)
        /// The schema is older than this version of Waybill, and the login may not change it.
        case needsAdministrator(login: String)
        /// The writer lacks privileges on an object of the log, and the login may not grant them.
        case lacksPrivileges(login: String, owner: String, writer: String, object: String)
        /// The log belongs to an administrator, as whom the login may not act.
        case ownedByAdministrator(login: String, owner: String)
        /// The login may not read which migrations the database has, since it lacks the writer's role.
        case unreadable(login: String, writer: String)
        /// No schema of the search path exists.
        case noSchema
        /// The database's encoding is not UTF-8.
        case otherEncoding(String)
        /// The schema is older than this version of Waybill, and this process does not change it.
        case outdated
        /// The owner of the log has a name that cannot stand in the SQL of a script.
        case unusableOwner(String)

        package var description: String {
            switch self {
            case .changed(let version, let name):
                """
                migration \(version) (\(name)) was applied with another text: this build of waybill does not belong to \
                this database; use the version that wrote it, or a newer one
                """
            case .missing(let version, let name):
                """
                the database has migration \(version) (\(name)), which this version of waybill does not know; use a \
                newer one
                """
            case .skipped(let version, let name):
                """
                migration \(version) (\(name)) is missing in the database, but a later one is applied: the database \
                was not written by a released version; restore it from a backup
                """
            case .needsAdministrator(let login):
                """
                the login \(login) may not bring the database's schema up to date: run `waybill migrate` as the owner \
                of the database, or give an administrator the output of `waybill migrate --print-sql`
                """
            case .unreadable(let login, let writer):
                """
                the login \(login) lacks the role of the service: run `grant \(writer.quotedIdentifier) to \
                \(login.quotedIdentifier)` as an administrator of the database
                """
            case .lacksPrivileges(let login, let owner, let writer, let object):
                """
                the role \(writer.quotedIdentifier) lacks privileges, such as those on \(object), as after a \
                restore without them, and the login \(login) may not grant them: run `waybill migrate` as a superuser \
                or as a member of \(owner.quotedIdentifier), or give an administrator the output of `waybill migrate \
                --print-sql`
                """
            case .ownedByAdministrator(let login, let owner):
                """
                the log belongs to the administrator \(owner), as after a restore without its owners, and the login \(login) \
                may not use it: give an administrator the output of `waybill migrate --print-sql`, which gives the log \
                roles of its own
                """
            case .otherEncoding(let encoding):
                """
                the database's encoding is \(encoding), and Waybill needs UTF8: make another by `create database … \
                encoding 'UTF8' locale 'C' template template0`
                """
            case .unusableOwner(let owner):
                """
                the log belongs to the role \(owner.quotedIdentifier), whose name has quotation marks or control \
                characters: rename it by `alter role … rename to …` first
                """
            case .outdated:
                """
                the database's schema is older than this version of waybill, and an edge does not change it: start a server \
                of this version, or run `waybill migrate`, first
                """
            case .noSchema: "no schema in the login's search_path exists: make one, or change the search_path"
            }
        }
    }
}
