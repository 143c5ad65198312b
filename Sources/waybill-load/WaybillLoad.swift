import ArgumentParser

@main
struct WaybillLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill-load",
        abstract: "Measure a service on this machine, and its peers in the same run.",
        discussion: """
            Unless --port names a running service, each scenario starts a service on a fresh data directory, with the
            waybill binary beside this program, and stops it afterwards. Build for release first: swift build -c
            release.
            """,
        subcommands: [
            CommandsScenario.self, BulkScenario.self, ListScenario.self, FanoutScenario.self, StormScenario.self,
            RoutingScenario.self, GrowthScenario.self, ReplayScenario.self, LatencyScenario.self, PageCommand.self,
            EpollPeer.self,
        ]
    )

    static func main() async {
        ChildRegistry.installSignalHandlers()
        do {
            try Descriptors.raiseLimit()
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
