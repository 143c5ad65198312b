import ArgumentParser
import Foundation

/// The command that runs the limit to compare with, in a child process: an epoll loop that writes every event to every
/// socket, with one call each, and does nothing else.
struct EpollPeer: ParsableCommand {
    static let name = "peer-epoll"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Serve streams from a bare loop; prints its port.",
        shouldDisplay: false
    )

    func run() throws {
        let server = try EpollPeerServer()
        // `print` is buffered, so the parent would never see the line.
        FileHandle.standardOutput.write(Data("port \(server.port)\n".utf8))
        try server.run()
    }
}
