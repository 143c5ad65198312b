/// The identity of a statement for the server: its text and the types of its parameters.
struct StatementKey: Hashable, Sendable {
    var sql: String
    var types: [UInt32] = []
}
