/// Why a stored event or state cannot be read: it was damaged, or written by a newer version of the program.
package enum StoredDataError: Error, Sendable, Equatable {
    case unknownType(String)
    case unknownSchema(type: String, schema: Int)
    /// `what` names the event's type or the state; `detail` the first thing that is wrong.
    case malformed(what: String, detail: String)
}
