package import Postgres

extension PostgresError {
    private static let notDurableMessage = "no standby has confirmed"

    /// The error of a read that reflects events which no standby has on its disk in time.
    static func notDurable() -> PostgresError {
        PostgresError(
            .timeout,
            "\(notDurableMessage) the events that the answer would show; nobody is told of them before"
        )
    }

    /// True for `notDurable`.
    package var isNotDurable: Bool { kind == .timeout && message.hasPrefix(Self.notDurableMessage) }
}
