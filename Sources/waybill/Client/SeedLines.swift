import Orders
import StrictJSON

/// Bulk lines, sent one by one in their order.
struct SeedLines: Sendable {
    struct Summary: Sendable {
        var accepted = 0
        var duplicate = 0
        var rejected = 0
    }

    private let lines: [(number: Int, bytes: [UInt8])]

    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap {
            offset,
            line in
            line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } ? nil : (offset + 1, Array(line))
        }
    }

    /// The shops that the lines place orders in.
    var shops: Set<String> {
        Set(lines.compactMap { (try? JSONValue.parse($0.bytes))?.object?["shop"]?.string })
    }

    /// - Parameter refused: told of each line that was not accepted, with the problem's words.
    func send(to client: APIClient, refused: (Int, String) -> Void) async throws -> Summary {
        var summary = Summary()
        for (number, bytes) in lines {
            switch try await send(bytes, to: client) {
            case .success(let replayed): if replayed { summary.duplicate += 1 } else { summary.accepted += 1 }
            case .failure(let problem):
                summary.rejected += 1
                refused(number, problem.description)
            }
        }
        return summary
    }

    private func send(_ bytes: [UInt8], to client: APIClient) async throws -> Result<Bool, CommandFailure> {
        let line: JSONObject
        do {
            guard let object = try JSONValue.parse(bytes).object else {
                return .failure(CommandFailure("not a JSON object"))
            }
            line = object
        } catch {
            return .failure(CommandFailure("not JSON: \(error)"))
        }
        guard let name = line["command"]?.string.flatMap(CommandName.init(rawValue:)) else {
            return .failure(CommandFailure("“command” is missing or unknown"))
        }
        let places = name == .placeOrder
        guard let path = places ? "" : line["orderId"]?.string.map({ "/\($0)/\(name.path)" }) else {
            return .failure(CommandFailure("“orderId” is missing"))
        }
        let envelope: Set<String> =
            places ? ["command", "commandId", "ifMatch"] : ["command", "commandId", "ifMatch", "orderId"]
        let body = JSONWriter.object { writer in
            for member in line.members where !envelope.contains(member.name) {
                writer.key(member.name)
                writer.value(member.value)
            }
        }
        let answer = try await client.post(
            "/v1/orders\(path)",
            body,
            key: line["commandId"]?.string,
            ifMatch: line["ifMatch"]?.integer
        )
        if answer.status < 300 { return .success(answer.replayed) }
        let words = ["code", "reason", "detail"].compactMap { answer.body[$0]?.string }.joined(separator: ": ")
        return .failure(CommandFailure("\(answer.status) \(words)"))
    }
}
