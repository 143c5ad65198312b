/// The members and columns of a stored event, from which its payload is read.
struct StoredFields {
    var data: FieldReader
    var `internal`: FieldReader
    let columns: StoredColumns
}
