import ArgumentParser
import Foundation
import Telemetry

@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract:
            "Event-sourced order tracking: a durable log, and live streams that resume at exactly the next event.",
        discussion: """
            An option whose help names a variable in brackets, such as [WAYBILL_PORT], can be set by that environment \
            variable too. The option wins over the variable, and an empty variable counts as absent.

            WAYBILL_LOG_LEVEL sets the least level of log lines on standard error: \(LogLevel.names).

            Exit status: 0 done, 1 the work failed, 64 the command line is wrong.
            """,
        version: BuildInfo.version,
        subcommands: [
            Serve.self, Demo.self, Migrate.self, Upgrade.self, Seed.self, ReplayCommand.self, VerifyCommand.self,
            Tail.self, Token.self, Log.self, Doctor.self,
        ]
    )

    /// Time for the last lines to reach a standard error that is read slowly.
    private static let farewell = Duration.seconds(2)

    static func main() async {
        StandardDescriptors.reserve()
        ProcessSignals.ignoreHarmless()
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        LogOutput.standardError.finish(within: farewell)
        Foundation.exit(status)
    }

    /// Runs the command that the arguments name.
    ///
    /// - Returns: the exit status; what failed is said on standard error.
    private static func run(_ arguments: [String]) async -> Int32 {
        do {
            try LogLevel.check()
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitCode.success.rawValue
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        if let status = error as? ExitCode { return status.rawValue }
        let status = exitCode(for: error)
        switch status {
        case .success:
            // Help or the version, which were asked for.
            do {
                try StandardOutput.line(fullMessage(for: error))
                return status.rawValue
            } catch {
                return report(error)
            }
        case .validationFailure:
            StandardError.line(fullMessage(for: error))
        default:
            StandardError.line("Error: \(ErrorSentence.text(for: error))")
        }
        return status.rawValue
    }
}
