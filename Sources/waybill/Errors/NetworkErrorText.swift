import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Errors of connections in words, for those who do not know our libraries' names.
enum NetworkErrorText {
    /// Nil for an error that is not of a connection.
    static func text(for error: any Error) -> String? {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { text(for: $0.error) ?? "\($0.error)" }
                ?? "there is no host “\(error.host)”"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            tlsText(for: error)
        case HTTPParserError.invalidEOFState: "the connection ended in the middle of its answer"
        case is HTTPParserError: "it does not speak HTTP"
        case ChannelError.connectTimeout: "nothing answers there"
        case let error as HTTPClientError: clientText(for: error)
        default: nil
        }
    }

    /// The library's errors tell the reason only within their texts.
    private static func tlsText(for error: any Error) -> String {
        "\(error)".contains("WRONG_VERSION_NUMBER")
            ? "it does not speak TLS; is it an http address?"
            : "TLS failed, or the service's certificate is not trusted"
    }

    private static func clientText(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "nothing answers there"
        case .deadlineExceeded, .readTimeout, .writeTimeout: "it does not answer in time"
        case .remoteConnectionClosed: "the connection broke off"
        case .tlsHandshakeTimeout: "TLS does not come about: is it an https address?"
        case .emptyScheme, .emptyHost, .invalidURL: "the address is not an http or https URL"
        case .cancelled: "interrupted"
        default: error.shortDescription
        }
    }
}
