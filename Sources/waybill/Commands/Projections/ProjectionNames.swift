import ArgumentParser
import Projections

/// The projections that a command works on.
struct ProjectionNames: ParsableArguments {
    @Argument(help: "current, orders, stats; all where none is named.")
    var names: [String] = []

    /// Each once, in the order of the command line.
    var resolved: [String] {
        var seen: Set<String> = []
        let all = ReadModels.all.map(\.name)
        return (names.isEmpty ? all : names).filter { seen.insert($0).inserted }
    }

    func validate() throws {
        for name in names where ReadModels.named(name) == nil {
            throw ValidationError("\(ReplayFailure.unknown(name)).")
        }
    }
}
