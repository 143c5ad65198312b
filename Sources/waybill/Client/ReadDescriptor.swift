import Foundation
import Primitives
import Synchronization

/// A descriptor to read from, with errors that name the file.
final class ReadDescriptor: Sendable {
    private let descriptor: Int32
    /// The file's name in messages.
    let name: String
    private let isOurs: Bool
    /// Bytes that were read and given back.
    private let unread = Mutex<[UInt8]>([])

    /// - Parameter descriptor: stays the caller's.
    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        isOurs = false
    }

    /// - Throws: `CommandFailure` where the file cannot be opened, or is a directory, which opens but cannot be read.
    init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = path
        isOurs = true
        guard descriptor >= 0 else { throw failure() }
        if FileStatus(descriptor: descriptor)?.isDirectory == true {
            errno = EISDIR
            throw failure()
        }
    }

    var isRegularFile: Bool { FileStatus(descriptor: descriptor)?.isRegularFile ?? false }

    deinit {
        if isOurs, descriptor >= 0 { close(descriptor) }
    }

    /// Gives bytes back, to be read again before all others.
    func putBack(_ bytes: [UInt8]) {
        unread.withLock { $0 = bytes + $0 }
    }

    /// - Parameter limit: the most bytes, but for those that were put back.
    /// - Returns: empty at the end.
    func read(upTo limit: Int) throws -> [UInt8] {
        let before = unread.withLock { unread in
            defer { unread = [] }
            return unread
        }
        if !before.isEmpty { return before }
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, used in
                count = Foundation.read(descriptor, buffer.baseAddress, limit)
                used = max(0, count)
            }
            if count >= 0 { return bytes }
            guard errno == EINTR else { throw failure() }
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure("cannot read \(name): \(String(cString: strerror(errno)))")
    }
}
