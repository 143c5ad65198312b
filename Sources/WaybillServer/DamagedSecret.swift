/// A secret in the database whose value is not one that this service wrote.
struct DamagedSecret: Error, CustomStringConvertible {
    let name: String

    var description: String {
        "the secret “\(name)” in the database is damaged; restore the table `secrets` from a backup"
    }
}
