/// The values of a row as texts, by the names of their fields. A field that is missing is NULL.
package typealias StoredFields = [String: String]
