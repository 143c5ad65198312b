/// The orders' current state as a projection: which of its versions is read and written.
package enum CurrentState {
    /// As in `projections.name`.
    package static let name = "current"

    /// SQL for the active version. Under the head lock it is the one to write, since it changes under that lock alone; it has
    /// to be a statement of its own after the lock was given. A replay moves the head's `recorded_at` when it changes it.
    package static let activeVersion = "(select version from projection_active where name = '\(name)')"
}
