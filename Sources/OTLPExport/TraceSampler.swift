/// Decides which traces are recorded, as the variable `OTEL_TRACES_SAMPLER` names it.
package struct TraceSampler: Sendable, Hashable {
    /// The share of traces, from 0 to 1, that are recorded where no caller decides.
    package let share: Double
    /// True where a caller that sends its own decision has the last word.
    package let followsParent: Bool

    /// The sampler of OpenTelemetry where none is named: everything, unless the caller records nothing.
    package static let standard = TraceSampler(share: 1, followsParent: true)

    private init(share: Double, followsParent: Bool) {
        self.share = share
        self.followsParent = followsParent
    }

    /// - Parameter argument: `OTEL_TRACES_SAMPLER_ARG`, the share of the samplers by ratio.
    /// - Returns: nil for a name that is not known, and for a share that is not from 0 to 1.
    package init?(name: String, argument: String?) {
        let prefix = "parentbased_"
        followsParent = name.hasPrefix(prefix)
        switch followsParent ? String(name.dropFirst(prefix.count)) : name {
        case "always_on": share = 1
        case "always_off": share = 0
        case "traceidratio":
            guard let number = argument.map({ Double($0) }) ?? 1, (0...1).contains(number) else { return nil }
            share = number
        default: return nil
        }
    }

    /// - Parameters:
    ///   - parent: the caller's decision; nil without a caller.
    ///   - traceBits: the low half of the trace's id. Services with the same share decide the same for a trace.
    func records(parent: Bool?, traceBits: UInt64) -> Bool {
        if followsParent, let parent { return parent }
        if share >= 1 { return true }
        return Double(traceBits >> 1) < share * 0x1p63
    }
}
