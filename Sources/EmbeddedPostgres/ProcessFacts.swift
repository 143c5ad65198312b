import Glibc

/// The facts about one process in `/proc`.
package struct ProcessFacts: Sendable, Hashable {
    /// A process id together with the start time: the system uses ids again.
    package struct Identity: Sendable, Hashable {
        package let pid: Int32
        /// Clock ticks after boot.
        package let startTicks: UInt64

        package init(pid: Int32, startTicks: UInt64) {
            self.pid = pid
            self.startTicks = startTicks
        }

        /// True while this very process runs. A zombie does not.
        package var isAlive: Bool {
            guard let facts = ProcessFacts(pid: pid) else {
                // This process had no descriptor to look with. A process of this id is taken for this one then: a wrong
                // guess ends with the next look.
                return ProcessFacts.exists(pid)
            }
            return facts.identity == self && !facts.isDead
        }
    }

    package let identity: Identity
    package let name: String
    package let parent: Int32
    /// True for a zombie, and for a process that is being removed.
    package let isDead: Bool
    package let user: UInt32
    /// Nil when this process may not know it.
    package let currentDirectory: String?

    init(identity: Identity, name: String, parent: Int32, isDead: Bool, user: UInt32, currentDirectory: String?) {
        self.identity = identity
        self.name = name
        self.parent = parent
        self.isDead = isDead
        self.user = user
        self.currentDirectory = currentDirectory
    }

    /// The process of this id; nil when there is none.
    package init?(pid: Int32) {
        var status = stat()
        guard
            pid > 0,
            stat("/proc/\(pid)", &status) == 0,
            let text = FileSystem.contents("/proc/\(pid)/stat"),
            let fields = Self.fields(ofStat: text)
        else { return nil }
        self.init(
            identity: Identity(pid: pid, startTicks: fields.startTicks),
            name: fields.name,
            parent: fields.parent,
            isDead: fields.isDead,
            user: status.st_uid,
            currentDirectory: FileSystem.linkTarget("/proc/\(pid)/cwd")
        )
    }

    /// True where there is a process of this id, even a zombie. Needs no descriptor.
    private static func exists(_ pid: Int32) -> Bool { pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) }

    /// Reads the fields of `/proc/<pid>/stat` (proc(5)). The name stands in brackets and may itself hold blanks and
    /// brackets.
    static func fields(ofStat text: String) -> (name: String, isDead: Bool, parent: Int32, startTicks: UInt64)? {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
        let rest = text[text.index(after: close)...].split(separator: " ")
        guard rest.count > 19, let parent = Int32(rest[1]), let startTicks = UInt64(rest[19]) else { return nil }
        let name = String(text[text.index(after: open)..<close])
        return (name, rest[0] == "Z" || rest[0] == "X", parent, startTicks)
    }

    /// The processes whose working directory this is. A cluster's server and all its backends work in its directory.
    static func working(in directory: String) -> [ProcessFacts] {
        FileSystem.entries("/proc").compactMap { Int32($0) }.compactMap { ProcessFacts(pid: $0) }
            .filter { !$0.isDead && $0.currentDirectory == directory }
    }

    /// The processes whose working directory is this one or below it.
    static func working(below directory: String) -> [ProcessFacts] {
        FileSystem.entries("/proc").compactMap { Int32($0) }.compactMap { ProcessFacts(pid: $0) }
            .filter { process in
                guard !process.isDead, let current = process.currentDirectory else { return false }
                return current == directory || current.hasPrefix("\(directory)/")
            }
    }
}
