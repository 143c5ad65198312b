import Postgres

/// The roles of one database: the owner of its tables, and the writer, which the service acts as. Both are one role
/// where the login may make none.
struct LogRoles: Sendable, Equatable {
    let owner: String
    let writer: String

    /// The usual names.
    static let usual = LogRoles(owner: ownerName, writer: writerName)

    private static let ownerName = "waybill_owner"
    private static let writerName = "waybill_writer"

    init(owner: String, writer: String) {
        self.owner = owner
        self.writer = writer
    }

    /// The roles of a database whose log has this owner.
    init(owner: String) {
        let isOurs = owner.hasPrefix(LogRoles.ownerName)
        let writer = isOurs ? LogRoles.writerName + owner.dropFirst(LogRoles.ownerName.count) : owner
        self.init(owner: owner, writer: writer)
    }

    /// The roles of a database's own, for a cluster whose usual roles belong to somebody else.
    ///
    /// - Parameter databaseID: the database's oid.
    static func own(databaseID: Int64) -> LogRoles {
        LogRoles(owner: "\(ownerName)_\(databaseID)", writer: "\(writerName)_\(databaseID)")
    }

    var areOne: Bool { owner == writer }

    /// The SQL expression for a table of Waybill's; null where there is none. Tables are made in the current schema:
    /// one of the same name in another schema of the search path is somebody else's.
    static func ownTable(_ name: String) -> String {
        "to_regclass(format('%I.\(name)', current_schema()))"
    }

    /// The SQL expression for the writer's name, by the owner of the log; null where there is no log.
    static let writerExpression = """
        select case when starts_with(r.rolname::text, '\(ownerName)')
            then '\(writerName)' || substr(r.rolname::text, \(ownerName.count + 1)) else r.rolname::text end
        from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = \(ownTable("events"))
        """

    /// SQL that speaks of the usual names, with these roles in their place.
    func naming(_ sql: String, login: String) -> String {
        var sql = sql
        // A privilege that an owner grants itself does no harm; one that it revoked from itself would be missing.
        if areOne { sql = sql.replacing("from \(LogRoles.writerName);", with: "from public;") }
        return sql.replacing(/'waybill_(owner|writer|login)'|waybill_(owner|writer)/) { match in
            let part = match.output.1 ?? match.output.2
            let name = part == "owner" ? owner : part == "writer" ? writer : login
            guard match.output.0.hasPrefix("'") else { return name.quotedIdentifier }
            return Self.literal(name)
        }
    }

    /// A name as a literal of SQL. Characters beyond letters and digits are escaped, so that the name ends no quoted
    /// text in which the literal stands, such as a function's body.
    private static func literal(_ name: String) -> String {
        if name.unicodeScalars.allSatisfy(isWordCharacter) { return "'\(name)'" }
        return "E'"
            + name.unicodeScalars.map { scalar in
                if isWordCharacter(scalar) { return String(scalar) }
                let digits = String(scalar.value, radix: 16)
                return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }.joined() + "'"
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// False for a name that cannot stand inside of the migrations' quoted texts.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                !"'\"%$\\".unicodeScalars.contains(scalar) && scalar.properties.generalCategory != .control
            }
    }
}
