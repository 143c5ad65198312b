/// A part of a command's way into the log, by the name that metrics and traces give it.
package enum CommandStage: String, Sendable, CaseIterable {
    case queue, lock, lookUp, decision, commit
}
