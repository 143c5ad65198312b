package import FoundationEssentials
package import StrictJSON

/// One line of a bulk request: a command's own fields, and beside them the command's name, its order and its id.
package struct BulkLine: Sendable {
    package let command: OrderCommand
    /// The order that the line names; nil for `placeOrder`, which has a field of its own for the id, and for a scan by
    /// tracking number.
    package let target: UUID?
    package let commandId: String?
    /// The version that the order must have.
    package let ifMatch: Int?

    /// Reads a line.
    ///
    /// - Throws: `InvalidCommand` with every error of the line, unknown fields included.
    package static func decode(_ line: JSONNode) throws(InvalidCommand) -> BulkLine {
        var fields = FieldReader(line)
        let name: CommandName? = fields.required("command", .word)
        let commandId = fields.optional("commandId", .commandId)
        let ifMatch = fields.optional("ifMatch", .integer(0...Int64(Int32.max)))
        guard let name else { throw InvalidCommand(errors: fields.errors) }
        let places = name == .placeOrder
        let tracks = name == .recordScan && line["orderId"] == nil && line["parcelId"] == nil
        let target = places || tracks ? nil : fields.required("orderId", .uuid)
        let command: OrderCommand
        do {
            command =
                tracks
                ? try OrderCommand.decodeTrackedScan(line, ignoring: common)
                : try OrderCommand.decode(name, line, ignoring: places ? common : common + ["orderId"])
        } catch {
            throw InvalidCommand(errors: fields.errors + error.errors)
        }
        guard fields.errors.isEmpty else { throw InvalidCommand(errors: fields.errors) }
        return BulkLine(
            command: command,
            target: target,
            commandId: commandId,
            ifMatch: ifMatch.map(Int.init)
        )
    }

    /// The order that a line names, even where the rest of the line is wrong.
    package static func orderId(of line: JSONNode) -> UUID? {
        line["orderId"]?.withUTF8(UUID.init(text:)) ?? nil
    }

    private static let common: [StaticString] = ["command", "commandId", "ifMatch"]
}
