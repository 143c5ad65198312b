package import FoundationEssentials
package import StrictJSON

/// A command whose fields are well formed. An order then accepts or refuses it.
package struct OrderCommand: Sendable {
    package let name: CommandName
    /// The time at which it happened in the world; nil where the caller names none, and the time of receipt counts.
    package let occurredAt: Timestamp?
    let payload: any CommandPayload

    /// The number of seconds by which a caller's clock may be ahead of the service's.
    package static let allowedClockAdvance = 300

    /// Reads a command's body.
    ///
    /// - Parameter ignoring: members that the command does not read, such as a bulk line's `command` and `commandId`.
    /// - Throws: `InvalidCommand` with every error of the body, unknown fields included.
    package static func decode(
        _ name: CommandName,
        _ body: JSONNode,
        ignoring: [StaticString] = []
    ) throws(InvalidCommand) -> OrderCommand {
        var fields = FieldReader(body)
        let type = name.payload
        let occurredAt = readTime(type, &fields)
        let payload = type.read(&fields)
        fields.rejectUnknownMembers(ignoring: ignoring)
        guard let payload, fields.errors.isEmpty else { throw InvalidCommand(errors: fields.errors) }
        return OrderCommand(name: name, occurredAt: occurredAt, payload: payload)
    }

    /// Reads a command's body from parsed JSON.
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

    /// Checks the command's time against the clock, which `decode` does not know.
    ///
    /// - Returns: the error of a time that is too far ahead; nil for an acceptable one.
    package func validate(receivedAt: Timestamp) -> InvalidCommand? {
        guard let occurredAt, occurredAt > receivedAt.adding(seconds: Self.allowedClockAdvance) else { return nil }
        let error = FieldError(pointer: "/occurredAt", message: "must not be more than 5 minutes ahead")
        return InvalidCommand(errors: [error])
    }

    /// The canonical text of the command: equal for bodies that differ only in order, white space, offsets of times and
    /// forms of numbers, different otherwise. Defaults are not filled in. The text holds the order's id only where
    /// `placeOrder` names one.
    package var canonicalBytes: [UInt8] {
        JSONWriter.object { writer in
            writer.field("command", name)
            if let occurredAt { writer.field("occurredAt", occurredAt) }
            payload.write(&writer)
        }
    }

    /// The command as `placeOrder`; nil for any other command.
    var placement: PlaceOrder? { payload as? PlaceOrder }

    /// The id that `placeOrder` asks for; nil where it asks for none, and for any other command.
    package var orderId: UUID? { placement?.orderId }
    /// The number of the order that `placeOrder` places; nil for any other command.
    package var number: String? { placement?.number }
    /// The shop in which `placeOrder` places; nil for any other command.
    package var shop: String? { placement?.shop }
    /// The customer for whom `placeOrder` places; nil for any other command.
    package var customer: String? { placement?.customer }
}
