/// Tells whether the service can do its work at present, without asking the database.
package protocol ReadinessSource: Sendable {
    /// The reason why the service is not ready at present; nil when it is.
    var unreadiness: Unreadiness? { get }
}
