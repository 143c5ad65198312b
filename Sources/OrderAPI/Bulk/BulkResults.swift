import Orders

/// The results of a bulk request that its response holds.
package enum BulkResults: String, WireWord {
    case all, rejected

    package var meaning: String {
        switch self {
        case .all: "One result for each line."
        case .rejected: "The results of rejected lines alone, then one line that counts all of them."
        }
    }
}
