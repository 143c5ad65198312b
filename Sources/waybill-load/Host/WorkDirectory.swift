import Foundation

/// A directory for the services and logs of a run, which is removed afterwards.
enum WorkDirectory {
    /// Lends a fresh directory in `parent`. The account of PostgreSQL must be able to enter it.
    ///
    /// - Parameter keeping: true to keep the directory, and to print its path.
    static func with<R>(_ parent: String, keeping: Bool = false, _ body: (String) async throws -> R) async throws -> R {
        let path = "\(parent)/waybill-load-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let result: Result<R, any Error>
        do {
            result = .success(try await body(path))
        } catch {
            result = .failure(error)
        }
        if keeping {
            FileHandle.standardError.write(Data("kept: \(path)\n".utf8))
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        return try result.get()
    }
}
