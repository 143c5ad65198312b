import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

/// The pointers of all errors of a body.
func pointers(_ name: CommandName, _ json: String, ignoring: [StaticString] = []) throws -> [String] {
    do {
        _ = try OrderCommand.decode(name, try object(json), ignoring: ignoring)
        return []
    } catch let error as InvalidCommand {
        return error.errors.map(\.pointer)
    }
}
