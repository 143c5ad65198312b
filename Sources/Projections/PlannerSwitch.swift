/// A setting of the planner that differs from the connections' own for some statements.
enum PlannerSwitch: String {
    /// Lets a statement use inverted indexes, which only bitmap scans can.
    case bitmapScans = "enable_bitmapscan = on"
    /// Keeps a statement on an index that has its rows in order. Without statistics PostgreSQL 18 prefers to skip
    /// through an index that has them in another order and to sort what it finds, all of a large table.
    case orderedIndex = "enable_sort = off"
}
