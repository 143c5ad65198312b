import ArgumentParser

@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract:
            "Event-sourced order tracking: a durable log, and live streams that resume at exactly the next event.",
        discussion: """
            Every option has an environment variable: --database-url is WAYBILL_DATABASE_URL, and so on; a flag wins.
            Exit status: 0 done, 1 the work failed, 64 the command line is wrong.
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Demo.self, Migrate.self, Seed.self, ReplayCommand.self, VerifyCommand.self, Tail.self,
            Token.self, Log.self,
        ]
    )
}
