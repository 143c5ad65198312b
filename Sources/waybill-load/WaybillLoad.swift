import ArgumentParser

@main
struct WaybillLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill-load",
        abstract: "Measures a running service on this machine.",
        discussion: "Quote medians of several runs: a shared machine is noisy.",
        subcommands: [CommandsScenario.self, LatencyScenario.self]
    )
}
