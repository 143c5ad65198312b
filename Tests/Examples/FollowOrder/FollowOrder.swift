import WaybillClient

@main
struct FollowOrder {
    /// Arguments: the service's URL, a token, the order's id.
    static func main() async throws {
        let arguments = CommandLine.arguments
        let client = try WaybillClient(url: arguments[1], token: arguments[2])
        for try await event in client.events(of: .order(arguments[3])) {
            switch event {
            case .snapshot(let frame):
                let order: JSON = try frame.decode()
                print("is", order["status"]?.string ?? "")
            case .status(let frame), .update(let frame):
                let change = try frame.change()
                print(change.version, change.type, change.status)
            case .reset(let reason, _):
                print("what was shown so far is void:", reason)
            case .bye:
                continue
            }
        }
    }
}
