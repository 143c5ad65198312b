import Foundation
import Primitives
import Telemetry

/// The destination of an export. A file gets its name only when it is complete, so that an export that fails leaves
/// neither half a file nor less than was there before.
final class ExportFile: Sendable {
    private let name: String
    /// The name of the file while it is incomplete; nil where the bytes go straight to their destination.
    private let draft: String?
    private let path: String
    private let descriptor: Int32
    private let writer: DescriptorWriter

    /// - Parameter output: a path, or `-` for standard output.
    /// - Throws: `CommandFailure` where the file cannot be made.
    init(_ output: String) throws {
        path = output
        name = output == "-" ? "standard output" : output
        let status = FileStatus(path: output)
        if output == "-" {
            draft = nil
            descriptor = 1
        } else if let status, !status.isRegularFile {
            // A pipe or a device has no draft.
            draft = nil
            descriptor = open(output, O_WRONLY | O_CLOEXEC)
        } else {
            let draft = "\(output).part-\(getpid())"
            self.draft = draft
            descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status?.permissions ?? 0o666)
        }
        writer = DescriptorWriter(descriptor: descriptor)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot write to \(name): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes an export.
    ///
    /// - Throws: `OutputFailure` and what `body` throws; the incomplete file is removed then.
    func fill(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            try complete()
        } catch let error as OutputFailure {
            throw CommandFailure("\(error); the export is incomplete\(discard())")
        } catch {
            _ = discard()
            throw error
        }
    }

    func write(_ bytes: [UInt8]) throws {
        do {
            try writer.write(bytes) { Task.isCancelled }
        } catch {
            if error.reason == .cancelled { throw CancellationError() }
            throw OutputFailure(destination: name, cause: error)
        }
    }

    private func complete() throws {
        guard let draft else { return }
        guard fsync(descriptor) == 0, close(descriptor) == 0, rename(draft, path) == 0 else {
            throw CommandFailure("cannot write to \(name): \(String(cString: strerror(errno))); nothing is left of it")
        }
    }

    /// - Returns: what becomes of the incomplete file, for a sentence.
    private func discard() -> String {
        guard let draft else { return "" }
        unlink(draft)
        return access(path, F_OK) == 0 ? " and was removed; \(path) is as it was" : " and was removed"
    }
}
