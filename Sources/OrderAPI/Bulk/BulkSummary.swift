import StrictJSON

/// The numbers of lines of a bulk request by outcome, for the last line of a response that holds rejected lines alone.
/// A response without that line is not finished.
struct BulkSummary {
    private var accepted = 0
    private var duplicate = 0
    private var rejected = 0

    mutating func count(_ outcome: BulkOutcome) {
        switch outcome {
        case .accepted: accepted += 1
        case .duplicate: duplicate += 1
        case .rejected: rejected += 1
        }
    }

    var json: [UInt8] {
        JSONWriter.object { writer in
            writer.field("lines", accepted + duplicate + rejected)
            writer.field("accepted", accepted)
            writer.field("duplicate", duplicate)
            writer.field("rejected", rejected)
        }
    }
}
