import ArgumentParser
import Foundation

/// The limit to compare with: a bare epoll loop that writes every event to every socket, one call each, and does nothing
/// else. A child process of the benchmark.
struct EpollPeer: ParsableCommand {
    static let name = "peer-epoll"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Serve streams from a bare loop; prints its port.",
        shouldDisplay: false
    )

    func run() throws {
        let server = try EpollPeerServer()
        // Not print: it is buffered, and whoever waits would wait for ever.
        FileHandle.standardOutput.write(Data("port \(server.port)\n".utf8))
        try server.run()
    }
}
