import APIDescription
import ArgumentParser
import Foundation

/// `waybill-docs [DIRECTORY]`: writes the pages of the documentation that are made from the code.
@main
struct WaybillDocs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill-docs",
        abstract: "Writes the pages of docs/ that are made from the code."
    )

    @Argument(help: "The directory of the pages.")
    var directory = "docs"

    func run() throws {
        for page in Page.allCases {
            let text = try page.text
            let file = URL(filePath: directory).appending(path: page.rawValue)
            try Data(text.utf8).write(to: file, options: .atomic)
            print("wrote \(file.relativePath)")
        }
    }
}
