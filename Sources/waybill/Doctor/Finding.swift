/// The result of one check of `waybill doctor`.
struct Finding: Encodable, Equatable, Sendable {
    /// The weight of a finding, in ascending order.
    enum Level: String, Encodable, Comparable, CaseIterable {
        /// As it should be.
        case ok
        /// Cannot be checked from here, or is good to know.
        case note
        /// Works now; may fail later, or hold less than it should.
        case warning
        /// Does not work, or loses what it should keep.
        case failure

        static func < (one: Level, other: Level) -> Bool {
            allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
        }
    }

    /// The part that was checked, in one word, such as `database`.
    let subject: String
    let level: Level
    /// The state of the part, in one sentence without a full stop.
    let text: String
    /// The step to take; nil where there is nothing to do.
    let advice: String?

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(subject: subject, level: .ok, text: text, advice: nil)
    }

    static func note(_ subject: String, _ text: String, do advice: String? = nil) -> Finding {
        Finding(subject: subject, level: .note, text: text, advice: advice)
    }

    static func warning(_ subject: String, _ text: String, do advice: String) -> Finding {
        Finding(subject: subject, level: .warning, text: text, advice: advice)
    }

    static func failure(_ subject: String, _ text: String, do advice: String? = nil) -> Finding {
        Finding(subject: subject, level: .failure, text: text, advice: advice)
    }
}
