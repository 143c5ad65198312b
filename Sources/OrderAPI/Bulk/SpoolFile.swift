import CLinux
import Glibc
import NIOCore
import NIOPosix
import Primitives

/// The file in which the results of one bulk request wait: blocks of one size, without a name, so that the system
/// removes the file with its last descriptor, however the process ends.
final class SpoolFile: Sendable {
    private let descriptor: Int32

    /// Makes the file in `TMPDIR`, else in `/var/tmp`, which is on disk where `/tmp` is often memory, else in `/tmp`.
    ///
    /// - Throws: `SystemCallError` of the last of these folders, where none takes the file.
    init() throws(SystemCallError) {
        var failure = SystemCallError("open", code: ENOENT)
        for folder in [getenv("TMPDIR").map { String(cString: $0) }, "/var/tmp", "/tmp"] {
            guard let folder, !folder.isEmpty else { continue }
            do throws(SystemCallError) {
                descriptor = try Self.open(in: folder)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    deinit { close(descriptor) }

    private static func open(in folder: String) throws(SystemCallError) -> Int32 {
        let path = "\(folder)/waybill-results-\(UInt64.random(in: 0 ... .max))"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open") }
        guard unlink(path) == 0 else {
            let failure = SystemCallError("unlink")
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    /// Writes a block, off the threads that run tasks.
    ///
    /// - Parameter offset: the block's place in bytes.
    func write(_ block: ByteBuffer, at offset: Int) async throws {
        try await NIOThreadPool.singleton.runIfActive { [descriptor] in
            try block.withUnsafeReadableBytes { bytes in
                var done = 0
                while done < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                    let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw SystemCallError("pwrite") }
                    done += count
                }
            }
        }
    }

    /// Reads a block, and gives its space on the disk back where the file system can.
    func take(_ byteCount: Int, at offset: Int) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive { [descriptor] in
            var block = ByteBuffer()
            while block.readableBytes < byteCount {
                let done = block.readableBytes
                let count = try block.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount - done) { bytes in
                    var count = 0
                    repeat {
                        count = pread(descriptor, bytes.baseAddress, byteCount - done, off_t(offset + done))
                    } while count < 0 && errno == EINTR
                    guard count >= 0 else { throw SystemCallError("pread") }
                    return count
                }
                guard count > 0 else { throw SystemCallError("pread", code: EIO) }
            }
            _ = fallocate(descriptor, Int32(WAYBILL_FALLOC_PUNCH_HOLE), offset, byteCount)
            return block
        }
    }
}
