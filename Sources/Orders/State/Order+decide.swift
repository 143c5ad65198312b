extension Order {
    /// The events that a command brings about; none where a fact is known already.
    ///
    /// Total: every state gives every command an answer.
    /// - Parameter receivedAt: the time that counts for a command that names none.
    /// - Throws: the order's refusal.
    package func decide(_ command: OrderCommand, receivedAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard version > 0 || command.name == .placeOrder else {
            throw Rejection(.orderUnknown, "There is no such order.")
        }
        let events = try command.payload.decide(self, at: command.occurredAt ?? receivedAt)
        if !command.name.passesBounds, !events.isEmpty {
            try requireRoom(version, adding: events.count, within: OrderBound.events, for: "events")
        }
        return events
    }

    /// The commands that the order would accept from this caller now, given the right arguments.
    package func allowedCommands(for role: CallerRole) -> [CommandName] {
        let isFull = version >= OrderBound.events
        return CommandName.allCases.filter { name in
            role.may(name) && (version > 0 || name == .placeOrder) && (!isFull || name.passesBounds)
                && name.payload.isPossible(in: self)
        }
    }
}
