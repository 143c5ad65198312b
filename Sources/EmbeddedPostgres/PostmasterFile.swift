/// The contents of `postmaster.pid`, as PostgreSQL's `pidfile.h` lays it out, one value a line.
///
/// The server writes the file in steps while it starts, so that everything after the first lines may be missing.
package struct PostmasterFile: Sendable, Hashable {
    package enum Status: String, Sendable {
        case starting, stopping, ready, standby
    }

    package let pid: Int32
    package let directory: String
    package let port: Int?
    package let socketDirectory: String?
    package let status: Status?

    /// Reads the file's text; nil when it holds no process id or no directory yet.
    ///
    /// A standalone backend (`initdb`, single-user mode) writes its process id as a negative number.
    package init?(parsing text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func line(_ number: Int) -> String? {
            guard number < lines.count, !lines[number].isEmpty else { return nil }
            return lines[number]
        }
        guard
            let number = line(0).flatMap({ Int32($0) }), number != 0, number != .min,
            let directory = line(1)
        else { return nil }
        self.pid = abs(number)
        self.directory = directory
        self.port = line(3).flatMap { Int($0) }
        self.socketDirectory = line(4)
        // Padded with blanks, so that a longer word never leaves its tail behind.
        self.status = line(7).flatMap { Status(rawValue: String($0.prefix { $0 != " " })) }
    }
}
