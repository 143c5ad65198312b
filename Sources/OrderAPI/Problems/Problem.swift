import Foundation
import HTTPTransport
package import HTTPTypes
package import Hummingbird
import StrictJSON

/// An error as clients read it: problem details (RFC 9457) with a stable code.
package struct Problem: Error, Sendable {
    package let status: HTTPResponse.Status
    package let code: ProblemCode
    /// A sentence on the cause, for the client's developer. Never holds SQL, file paths or stack traces.
    package let detail: String
    package var headers: HTTPFields = [:]
    package var members: [Member] = []

    /// An additional member of the problem object.
    package enum Member: Sendable {
        case text(StaticString, String)
        case number(StaticString, Int)
        case texts(StaticString, [String])
        case fieldErrors([(pointer: String, message: String)])
    }

    package init(_ code: ProblemCode, _ detail: String, headers: HTTPFields = [:], members: [Member] = []) {
        self.status = code.status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.members = members
    }

    /// The problem object as text, as responses and bulk results carry it.
    var json: [UInt8] {
        JSONWriter.object { writer in
            writer.field("type", "urn:waybill:problem:\(code.rawValue)")
            writer.field("title", code.title)
            writer.field("status", status.code)
            writer.field("code", code.rawValue)
            writer.field("detail", detail)
            for member in members { member.write(to: &writer) }
        }
    }

    package var response: Response { Response(answer) }

    /// The response without the framework.
    var answer: TransportAnswer { TransportAnswer(status: status, fields: fields, body: json) }

    /// The response's header fields, without those that every response has.
    var fields: HTTPFields {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return fields
    }
}

extension Problem.Member {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let name, let text): writer.field(name, text)
        case .number(let name, let number): writer.field(name, number)
        case .texts(let name, let texts): writer.array(name, texts) { $0.string($1) }
        case .fieldErrors(let errors):
            writer.array("errors", errors) { writer, error in
                writer.object { writer in
                    writer.field("pointer", error.pointer)
                    writer.field("message", error.message)
                }
            }
        }
    }
}
