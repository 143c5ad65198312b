extension Duration {
    /// The whole milliseconds of a limit, as PostgreSQL's settings take them; at least 1, since 0 means no limit there.
    var serverMilliseconds: Int { max(1, Int(self / .milliseconds(1))) }
}
