import ArgumentParser
import Foundation

/// Where a service keeps what is its own: the embedded cluster and the development key.
struct DataDirectoryOption: ParsableArguments {
    @Option(help: "Directory of the embedded database and the development key. [WAYBILL_DATA_DIR] (default: .waybill)")
    var dataDir: String?

    /// The absolute path.
    var path: String {
        let given = dataDir ?? Environment.text("WAYBILL_DATA_DIR") ?? ".waybill"
        return URL(fileURLWithPath: given).standardizedFileURL.path
    }
}
