package import Orders

extension Order {
    /// Folds an event of the log into the state. The headline is the one that was announced with the event.
    ///
    /// - Returns: the event as it was read.
    /// - Throws: `StoredDataError` where the event cannot be read, or does not follow the events folded before.
    @discardableResult
    package mutating func replay(_ logged: LoggedEvent) throws -> OrderEvent {
        guard logged.version == version + 1 else {
            throw StoredDataError.malformed(what: logged.type, detail: "version \(logged.version) after \(version)")
        }
        guard let announced = OrderStatus(rawValue: logged.status) else {
            throw StoredDataError.malformed(what: logged.type, detail: "unknown status")
        }
        let event = try OrderEvent(
            type: logged.type,
            schema: logged.schema,
            occurredAt: logged.occurredAt,
            number: logged.number,
            shop: logged.shop,
            customer: logged.customer,
            data: logged.data,
            internal: logged.internal
        )
        replay(event, announced: announced)
        return event
    }
}
