extension Order {
    /// Folds one event into the state. Never refuses and never traps, whatever the event says.
    package mutating func evolve(_ event: OrderEvent) {
        version &+= 1
        event.payload.evolve(&self, at: event.occurredAt)
        if let anomaly = event.anomaly {
            anomalies.append(
                OpenAnomaly(version: version, code: anomaly.code, message: anomaly.message, at: event.occurredAt)
            )
        }
    }

    /// Folds an event that has just been decided, and announces the new headline.
    package mutating func apply(_ event: OrderEvent) -> (before: OrderStatus?, after: OrderStatus) {
        let before = announced
        evolve(event)
        let after = status
        announced = after
        return (before, after)
    }

    /// Folds a stored event.
    ///
    /// - Parameter announced: the headline that was announced with the event; it is not computed again.
    package mutating func replay(_ event: OrderEvent, announced: OrderStatus) {
        evolve(event)
        self.announced = announced
    }
}
