import Postgres

/// A setting of the planner that differs from the connections' own for some statements: arguments of `set_config`.
enum PlannerSwitch: String {
    /// Lets a statement use inverted indexes, which only bitmap scans can.
    case bitmapScans = "'enable_bitmapscan', 'on'"
    /// Keeps a statement on an index that has its rows in order. Without statistics PostgreSQL 18 prefers to skip
    /// through an index that has them in another order and to sort what it finds, all of a large table.
    case orderedIndex = "'enable_sort', 'off'"
    /// Plans a statement once for all values, for one that has the same plan with each.
    case keptPlan = "'plan_cache_mode', 'force_generic_plan'"

    /// Sets the switches until the end of the transaction at hand. `set local` would warn in a transaction that is one
    /// round trip without `begin`.
    static func query(_ switches: [PlannerSwitch]) -> PostgresQuery {
        let settings = switches.map { "set_config(\($0.rawValue), true)" }
        return PostgresQuery("select \(settings.joined(separator: ", "))")
    }
}
