import Foundation

/// A running server of streams to compare with, and the requests to follow it and to publish to it.
struct StreamPeer: Sendable {
    let name: String
    let pid: Int32
    let target: StreamTarget
    /// The request that publishes a frame.
    let request: @Sendable (RecordedFrame) -> [UInt8]

    /// Runs the bare epoll loop for as long as `body` runs.
    static func withEpoll<R>(_ workDirectory: String, _ body: (StreamPeer) async throws -> R) async throws -> R {
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let program = try ChildProgram([path, EpollPeer.name], name: "epoll", directory: workDirectory)
        return try await program.during {
            let port = try await program.line(beginning: "port ")
            guard let port = Int(port) else { throw LoadFailure("the bare epoll loop did not print its port") }
            let request = StreamTarget.request("/stream")
            return try await body(
                StreamPeer(
                    name: "bare epoll loop",
                    pid: program.pid,
                    target: StreamTarget(port: port, beginning: .head) { _ in request },
                    request: { post("/publish", [], $0.bytes) }
                )
            )
        }
    }

    /// A `POST` request.
    static func post(_ path: String, _ headers: [String], _ body: [UInt8]) -> [UInt8] {
        let lines = ["POST \(path) HTTP/1.1", "Host: 127.0.0.1"] + headers + ["Content-Length: \(body.count)", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }
}
