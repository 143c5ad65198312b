/// One command of an order's life, as bulk lines and as requests know it.
struct JourneyStep: Sendable {
    /// The name in a bulk line: `packParcel`.
    let command: String
    /// The path behind the order, empty for placing it: `pack`.
    let path: String
    /// The members of the command's object, without braces, in `CommandTemplate`'s notation; may be empty.
    let fields: String

    /// The command as a line of `POST /v1/commands`, line feed included.
    ///
    /// - Parameter index: its place in the order's life, which makes its command id.
    func line(_ index: Int) -> CommandTemplate {
        let rest = fields.isEmpty ? "" : ",\(fields)"
        return CommandTemplate(
            #"{"command":"\#(command)","orderId":"@order@","commandId":"@order@-\#(index)"\#(rest)}"# + "\n"
        )
    }

    /// The command as a request of its own.
    func request(_ index: Int, token: String) -> CommandTemplate {
        let members = path.isEmpty ? #""orderId":"@order@",\#(fields)"# : fields
        let length = CommandTemplate("{\(members)}").count
        return CommandTemplate(
            """
            POST /v1/orders\(path.isEmpty ? "" : "/@order@/\(path)") HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(token)\r
            Content-Type: application/json\r
            Idempotency-Key: @order@-\(index)\r
            Content-Length: \(length)\r
            \r
            {\(members)}
            """
        )
    }
}
