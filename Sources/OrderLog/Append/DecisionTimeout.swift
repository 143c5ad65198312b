/// The error of a batch that took longer to decide than the server lets a transaction wait for its next statement.
/// Nothing was sent, so that nothing is committed.
struct DecisionTimeout: Error, CustomStringConvertible {
    let duration: Duration

    var description: String { "deciding took \(duration), longer than a transaction may wait" }
}
