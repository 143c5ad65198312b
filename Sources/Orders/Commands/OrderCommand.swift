package import FoundationEssentials
package import StrictJSON

/// A command whose fields are known to be well formed. Whether an order accepts it is the order's to decide.
package struct OrderCommand: Sendable {
    package let name: CommandName
    /// When it happened in the world; the time of receipt counts where the caller does not say.
    package let occurredAt: Timestamp?
    let payload: any CommandPayload

    /// How far ahead of our clock a caller's may run, in seconds.
    package static let allowedClockAdvance = 300

    /// Reads a command's body.
    ///
    /// - Parameter ignoring: members that belong to someone else, such as a bulk line's `command` and `commandId`.
    /// - Throws: everything that is wrong with the body, unknown fields included.
    package static func decode(
        _ name: CommandName,
        _ body: JSONNode,
        ignoring: [StaticString] = []
    ) throws(InvalidCommand) -> OrderCommand {
        var fields = FieldReader(body)
        let type = name.payload
        let occurredAt = readTime(type, &fields)
        let payload = type.read(&fields)
        fields.refuseOthers(ignoring: ignoring)
        guard let payload, fields.errors.isEmpty else { throw InvalidCommand(errors: fields.errors) }
        return OrderCommand(name: name, occurredAt: occurredAt, payload: payload)
    }

    /// The same of a body that was taken out of its text.
    package static func decode(
        _ name: CommandName,
        _ body: JSONObject,
        ignoring: [StaticString] = []
    ) throws(InvalidCommand) -> OrderCommand {
        do {
            return try JSONNode.read(JSONValue.object(body).bytes) { node in
                Result { () throws(InvalidCommand) in try decode(name, node, ignoring: ignoring) }
            }.get()
        } catch let error as InvalidCommand {
            throw error
        } catch {
            throw InvalidCommand(errors: [FieldError(pointer: "", message: "\(error)")])
        }
    }

    @discardableResult
    static func readTime(_ type: any CommandPayload.Type, _ fields: inout FieldReader) -> Timestamp? {
        type.needsOccurredAt ? fields.required("occurredAt", .time) : fields.optional("occurredAt", .time)
    }

    /// What a look at the clock adds to `decode`: nil, or why the command's time is not acceptable.
    package func validate(receivedAt: Timestamp) -> InvalidCommand? {
        guard let occurredAt, occurredAt > receivedAt.adding(seconds: Self.allowedClockAdvance) else { return nil }
        let error = FieldError(pointer: "/occurredAt", message: "must not be more than 5 minutes ahead")
        return InvalidCommand(errors: [error])
    }

    /// One text for each meaning: equal for bodies that differ only in order, white space, offsets of times and ways of
    /// writing numbers, different otherwise. Defaults are not filled in. What the order's id is, is not part of it
    /// unless `placeOrder` names one.
    package var canonicalBytes: [UInt8] {
        JSONWriter.object { writer in
            writer.field("command", name)
            if let occurredAt { writer.field("occurredAt", occurredAt) }
            payload.write(&writer)
        }
    }

    /// The command as `placeOrder`, if it is one.
    var placement: PlaceOrder? { payload as? PlaceOrder }

    /// The id that `placeOrder` asks for, if any.
    package var orderId: UUID? { placement?.orderId }
    /// The number of the order that `placeOrder` places; nil for any other command.
    package var number: String? { placement?.number }
    /// The shop in which `placeOrder` places; nil for any other command.
    package var shop: String? { placement?.shop }
    /// The customer for whom `placeOrder` places; nil for any other command.
    package var customer: String? { placement?.customer }
}
