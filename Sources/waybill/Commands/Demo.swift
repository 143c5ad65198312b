import Access
import ArgumentParser
import Foundation
import WaybillServer

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service with example orders that keep moving.",
        discussion: """
            Seeds the log with example orders (once; they are recognised afterwards), then simulates shops, carriers and \
            payment providers until interrupted. Prints links to the pages, and curl lines that work as pasted.
            """
    )

    @OptionGroup var options: ServiceOptions

    @Flag(help: "Check the whole path from a command to a resumed stream, then exit.")
    var once = false

    func run() async throws {
        guard options.resolvedJWKS == nil else {
            throw ValidationError("demo signs its own tokens with the development key, which --jwks rules out.")
        }
        let once = once
        try await ServiceRuntime(options).run { running in
            try await DemoScript(running: running).play(once: once)
        } onRunning: {
            $0.announce()
        }
    }
}
