import CLibPQ
import Logging

/// The log of what a server says beside its answers: its warnings at level warning, its notices at level info, anything
/// else at level debug. libpq's own receiver would print it to standard error.
final class NoticeLog {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Receives the notices of a connection, which must not outlive the log.
    func receive(from connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue().write(result)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func write(_ result: OpaquePointer) {
        let notice = PostgresError(result: result)
        var metadata: Logger.Metadata = [:]
        metadata["sqlState"] = notice.sqlState.map { "\($0)" }
        metadata["detail"] = notice.detail.map { "\($0)" }
        metadata["hint"] = notice.hint.map { "\($0)" }
        logger.log(level: NoticeLog.level(of: result), "the database says: \(notice.message)", metadata: metadata)
    }

    private static func level(of result: OpaquePointer) -> Logger.Level {
        // 'V' is PG_DIAG_SEVERITY_NONLOCALIZED.
        guard let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))) else { return .debug }
        return switch String(cString: severity) {
        case "WARNING": .warning
        case "NOTICE": .info
        default: .debug
        }
    }
}
