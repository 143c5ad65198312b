/// An error in a stored event or state: the text is damaged, or a newer version of the program wrote it.
package enum StoredDataError: Error, Sendable, Equatable {
    case unknownType(String)
    case unknownSchema(type: String, schema: Int)
    /// A damaged text. `what` names the event's type or the state, `detail` the first error.
    case malformed(what: String, detail: String)
}
