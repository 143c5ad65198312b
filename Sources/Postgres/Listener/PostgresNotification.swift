/// A notification of a channel that a session listens on.
struct PostgresNotification: Sendable, Hashable {
    let channel: String
    /// The text that was sent along; empty for none.
    let payload: String
}
