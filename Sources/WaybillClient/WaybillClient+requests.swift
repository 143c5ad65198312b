import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

extension WaybillClient {
    /// A refusal's text is read so far.
    private static let largestProblem = 64 * 1024

    /// Asks for a stream; answers with the response's head, whatever it is.
    ///
    /// - Throws: `WaybillClientError` where asking again is of no use; what the network met.
    func open(_ stream: StreamRequest, token: String?, lastEventID: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + stream.target)
        request.headers.add(name: "Accept", value: "text/event-stream")
        request.headers.add(name: "Cache-Control", value: "no-store")
        if let token {
            request.headers.add(name: "Authorization", value: "Bearer \(try Self.fieldValue(token, "token"))")
        }
        if !lastEventID.isEmpty {
            request.headers.add(name: "Last-Event-ID", value: try Self.fieldValue(lastEventID, "last id"))
        }
        do {
            return try await http.execute(request, deadline: .now() + TimeAmount(settings.answerTimeout))
        } catch let error as HTTPClientError
            where error == .redirectLimitReached || error == .redirectCycleDetected
        {
            throw WaybillClientError(.unusableRequest, "\(url) leads nowhere: \(error.shortDescription)")
        }
    }

    /// What may stand in a header's field (RFC 9110, section 5.5).
    private static func fieldValue(_ text: String, _ name: String) throws -> String {
        let isControl = { (byte: UInt8) in (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F }
        guard !text.utf8.contains(where: isControl) else {
            throw WaybillClientError(.unusableRequest, "the \(name) holds control characters")
        }
        return text
    }

    /// Makes sure that a stream begins (WHATWG HTML, section 9.2.3).
    ///
    /// - Throws: `WaybillClientError` with what the service says.
    func check(_ response: HTTPClientResponse) async throws {
        let type = response.headers.first(name: "Content-Type").map(Self.essence) ?? ""
        let status = Int(response.status.code)
        guard response.status == .ok else {
            let problem = type == "application/problem+json" ? try await Self.problem(response) : nil
            let words = [problem?.code, problem?.detail ?? problem?.title].compactMap { $0 }.joined(separator: ": ")
            let text = "the service refused the stream with \(status)" + (words.isEmpty ? "" : " \(words)")
            throw WaybillClientError(.refused, text, status: status, problem: problem)
        }
        guard type == "text/event-stream" else {
            let text = "the answer is \(type.isEmpty ? "of no type" : type) and no event stream"
            throw WaybillClientError(.unexpectedContentType, text, status: status)
        }
    }

    /// Nil where it breaks off, is too large, or is no problem detail: the status says enough.
    private static func problem(_ response: HTTPClientResponse) async throws -> Problem? {
        do {
            let body = try await response.body.collect(upTo: largestProblem)
            return try JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView))
        } catch {
            try Task.checkCancellation()
            return nil
        }
    }

    /// A media type without its parameters, in lower case.
    private static func essence(_ type: String) -> String {
        String(type.prefix { $0 != ";" }).trimmingPrefix { $0 == " " }.lowercased().filter { $0 != " " }
    }

    /// What the network met, for people.
    func words(_ error: any Error) -> String {
        if let error = error as? NIOConnectionError {
            return error.connectionErrors.first.map { words($0.error) } ?? "there is no such host"
        }
        // An answer without its end: the service, or what is before it, fell.
        if case HTTPParserError.invalidEOFState = error { return "the connection broke off" }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        guard let error = error as? HTTPClientError else { return "\(error)" }
        return switch error {
        case .readTimeout: "nothing came for \(settings.silence)"
        case .connectTimeout: "no connection within \(settings.connectTimeout)"
        case .deadlineExceeded: "no answer within \(settings.answerTimeout)"
        default: error.shortDescription
        }
    }
}
