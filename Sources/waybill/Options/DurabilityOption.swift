import ArgumentParser
import OrderLog

/// The machines on whose disks a commit must be before `serve` tells anybody of it.
struct DurabilityOption: ParsableArguments {
    @Option(
        help: """
            Where a commit must be on disk before a reply or a frame tells of it: local (the database server, and what \
            PostgreSQL itself waits for) or standby (also a standby, by its own word). [WAYBILL_DURABLE_ON] (default: local)
            """
    )
    var durableOn: String?

    /// The flag or the variable that is in force.
    var name: String { durableOn == nil ? "WAYBILL_DURABLE_ON" : "--durable-on" }

    func resolved() throws -> DurableOn {
        guard let text = durableOn ?? Environment.text("WAYBILL_DURABLE_ON") else { return .local }
        guard let value = DurableOn(rawValue: text) else {
            throw ValidationError("\(name) is local or standby, not “\(TerminalText.plain(text))”.")
        }
        return value
    }

    func validate() throws { _ = try resolved() }
}
