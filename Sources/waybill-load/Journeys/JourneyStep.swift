/// A command of a journey, which is rendered as a bulk line or as a request.
struct JourneyStep: Sendable {
    /// The command's name in a bulk line, such as `packParcel`.
    let command: String
    /// The last component of the path, such as `pack`; empty for placing the order.
    let path: String
    /// The members of the command's object, without braces, in the notation of `CommandTemplate`. May be empty.
    let fields: String

    /// The command as a line of `POST /v1/commands`, line feed included.
    ///
    /// - Parameter index: the command's index in the journey, which becomes part of the command id.
    func line(_ index: Int) -> CommandTemplate {
        let rest = fields.isEmpty ? "" : ",\(fields)"
        return CommandTemplate(
            #"{"command":"\#(command)","orderId":"@order@","commandId":"@order@-\#(index)"\#(rest)}"# + "\n"
        )
    }

    /// The command as an HTTP request.
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
