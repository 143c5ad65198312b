import ArgumentParser
import Foundation

struct PageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page",
        abstract: "Write the performance page from the figures of earlier runs.",
        discussion: """
            The directory holds begin.md and changes.md, and for each scenario NAME.md, NAME.json and NAME.svg.
            """
    )

    @Option(help: "Directory of texts and figures.")
    var directory = "docs/performance"

    @Option(help: "Page to write.")
    var output = "docs/performance.md"

    func run() throws {
        let page = try PerformancePage.make(from: URL(fileURLWithPath: directory))
        try Data(page.utf8).write(to: URL(fileURLWithPath: output))
    }
}
