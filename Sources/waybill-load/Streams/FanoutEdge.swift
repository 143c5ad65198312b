import ArgumentParser

/// An edge of the service under measurement, written as its port and its process id: `8080/4711`.
struct FanoutEdge: ExpressibleByArgument, Sendable {
    let port: Int
    let pid: Int32

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[0]), let pid = Int32(parts[1]), pid > 0 else { return nil }
        (self.port, self.pid) = (Int(port), pid)
    }
}
