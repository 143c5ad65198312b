/// A position as a client may send it: a place in the log, or `0`, the beginning.
package enum RequestedPosition: Sendable, Hashable {
    case beginning
    case at(LogPosition)
}
