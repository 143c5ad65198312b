import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension WaybillClient {
    /// The size limit, in bytes, of a problem detail that is read.
    private static let maximumProblemSize = 64 * 1024

    /// Requests a stream.
    ///
    /// - Parameter http: the HTTP client in use.
    /// - Returns: the response, whatever its status.
    /// - Throws: `WaybillClientError` where a second attempt would not help; the network's errors otherwise.
    func open(
        _ stream: StreamRequest,
        token: String?,
        lastEventID: String,
        over http: HTTPClient
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + stream.target)
        request.headers.add(name: "Accept", value: "text/event-stream")
        request.headers.add(name: "Cache-Control", value: "no-store")
        if let token {
            request.headers.add(name: "Authorization", value: "Bearer \(try Self.headerValue(token, of: "token"))")
        }
        if !lastEventID.isEmpty {
            request.headers.add(name: "Last-Event-ID", value: try Self.headerValue(lastEventID, of: "last id"))
        }
        do {
            return try await http.execute(request, deadline: .now() + TimeAmount(settings.responseTimeout))
        } catch let error as HTTPClientError
            where error == .redirectLimitReached || error == .redirectCycleDetected
        {
            throw WaybillClientError(
                .unusableRequest,
                "\(url) redirects too often or in a circle: \(error.shortDescription)"
            )
        }
    }

    /// Checks that a text may be a header's value (RFC 9110, section 5.5).
    ///
    /// - Parameter name: the text's name in the error; the text itself may be secret.
    private static func headerValue(_ text: String, of name: String) throws -> String {
        let isControl = { (byte: UInt8) in (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F }
        guard !text.utf8.contains(where: isControl) else {
            throw WaybillClientError(
                .unusableRequest,
                "the \(name) contains control characters, which no HTTP header can carry"
            )
        }
        return text
    }

    /// Checks that a response is an event stream (WHATWG HTML, section 9.2.3).
    ///
    /// - Throws: `WaybillClientError` with the service's explanation.
    func validate(_ response: HTTPClientResponse) async throws {
        let type = response.headers.first(name: "Content-Type").map(Self.essence) ?? ""
        let status = Int(response.status.code)
        guard response.status == .ok else {
            let problem = type == "application/problem+json" ? try await Self.problem(response) : nil
            let words = [problem?.code, problem?.detail ?? problem?.title].compactMap { $0 }.joined(separator: ": ")
            let text = "the service refused the stream with \(status)" + (words.isEmpty ? "" : " \(words)")
            throw WaybillClientError(.refused, text, status: status, problem: problem)
        }
        guard type == "text/event-stream" else {
            let text = "the response is \(type.isEmpty ? "of no type" : type), not an event stream"
            throw WaybillClientError(.unexpectedContentType, text, status: status)
        }
    }

    /// Reads a problem detail; nil where the body breaks off, is too large or is something else. The status is enough
    /// then.
    private static func problem(_ response: HTTPClientResponse) async throws -> Problem? {
        do {
            let body = try await response.body.collect(upTo: maximumProblemSize)
            return try JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView))
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }

    /// The media type of a `Content-Type`, without parameters, in lower case.
    private static func essence(_ type: String) -> String {
        String(type.prefix { $0 != ";" }).trimmingPrefix { $0 == " " }.lowercased().filter { $0 != " " }
    }

    /// A network error as a text for people.
    func message(for error: any Error) -> String {
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { message(for: $0.error) } ?? "there is no such host"
        }
        // A response without its end: the service, or a proxy before it, has crashed.
        if case HTTPParserError.invalidEOFState = error { return "the connection broke off" }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        if error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError {
            // The library's text holds source paths of the build; its word in capitals is the reason.
            let word = "\(error)".firstMatch(of: #/[A-Z]+(?:_[A-Z]+)+/#).map { String($0.output) }
            return switch word {
            case "WRONG_VERSION_NUMBER": "the service does not speak TLS; is it an http address?"
            case let word?: "TLS failed, or the service's certificate is not trusted (\(word))"
            case nil: "TLS failed, or the service's certificate is not trusted"
            }
        }
        guard let error = error as? HTTPClientError else { return "\(error)" }
        return switch error {
        case .remoteConnectionClosed: "the service closed the connection without an answer; does it speak TLS?"
        case .readTimeout: "nothing came for \(settings.idleTimeout)"
        case .connectTimeout: "no connection within \(settings.connectTimeout)"
        case .deadlineExceeded: "no answer within \(settings.responseTimeout)"
        default: error.shortDescription
        }
    }
}
