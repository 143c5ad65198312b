import Access
import EmbeddedPostgres
import Foundation
import NIOCore
import OrderLog
import Postgres
import WaybillClient

/// Any error as one sentence for the person at the terminal: what is wrong, and what to do where that can be told.
enum ErrorSentence {
    static func text(for error: any Error) -> String {
        switch error {
        case let error as EmbeddedPostgresError: text(for: error)
        case let error as PostgresError: error.sentence
        case let error as LogTransferError: error.description
        case let error as WaybillClientError: refusal(error)
        case is CancellationError, is Interruptible.Interrupted: "interrupted before the work was done"
        case let error where NetworkErrorText.text(for: error) != nil: NetworkErrorText.text(for: error) ?? ""
        case let error as CocoaError: fileSystem(error)
        case let error as any LocalizedError where error.errorDescription != nil: error.errorDescription ?? ""
        default: "\(error)"
        }
    }

    private static func text(for error: EmbeddedPostgresError) -> String {
        let concernsDirectory = error.code == .fileSystem && error.message.contains("make the directory")
        return concernsDirectory ? "\(error.message); give another --data-dir" : error.message
    }

    private static func refusal(_ error: WaybillClientError) -> String {
        if error.code == .unexpectedContentType || (error.code == .refused && error.problem == nil) {
            return "\(error.description), as no Waybill service does; check --url"
        }
        return refusal(error.description, code: error.problem?.code)
    }

    /// A service's refusal, with a hint where a token is the reason.
    ///
    /// - Parameter code: the code of the service's problem detail; nil where there is none.
    static func refusal(_ text: String, code: String?) -> String {
        guard let hint = code.flatMap(AccessError.hint(code:)) else { return text }
        return text.hasSuffix(".") ? "\(text.dropLast()): \(hint)" : "\(text): \(hint)"
    }

    /// Foundation's errors carry the path and the system's error number beside a text of their own.
    private static func fileSystem(_ error: CocoaError) -> String {
        let path = error.filePath ?? error.url?.path ?? "a file"
        let cause = (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        return "cannot use \(path): \(cause ?? error.localizedDescription)"
    }
}
