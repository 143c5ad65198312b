/// The role of a caller, which decides the commands that it may give.
package enum CallerRole: String, Sendable, CaseIterable {
    case backend, customer, staff, `operator`

    /// Tells whether a caller of this role may give the command, whatever the order's state.
    package func may(_ command: CommandName) -> Bool {
        switch self {
        case .backend: true
        case .staff: command != .placeOrder && !command.isForBackendsOnly
        case .customer, .operator: false
        }
    }
}
