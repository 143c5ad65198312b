/// The members and columns of a stored event, from which its payload is read.
struct StoredFields {
    var data: FieldReader
    var `internal`: FieldReader
    let columns: StoredColumns
    /// Tells whether customers do not see the event: all of it is in `internal`.
    var isHidden = false
    /// Tells whether the fields only describe themselves. Members that upcasters alone write are not described.
    var isDescribing = false
}
