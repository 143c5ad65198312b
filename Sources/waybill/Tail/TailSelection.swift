import Access
import ArgumentParser
import Orders
import WaybillClient

/// The orders and events that `tail` follows.
struct TailSelection: ParsableArguments {
    @Option(help: "Only this order, by its UUID. Begins with the order as it is.")
    var order: String?

    @Option(help: "Only this customer's orders; with --shop. Begins with each order as it is.")
    var customer: String?

    @Option(help: "Only this shop's orders. Several by a comma list, or by repeating it.")
    var shop: [String] = []

    @Option(help: "Only events that lead to this status, or away from it. Several as with --shop.")
    var status: [String] = []

    @Option(help: "Only events of this type, such as ParcelDelivered. Several as with --shop.")
    var type: [String] = []

    @Flag(help: "Only events with the status attention before or after, or that raise or resolve an anomaly.")
    var attention = false

    @Option(help: "Show only the newest event of each order, once in so many milliseconds: 50 to 60000.")
    var conflate: Int?

    @Option(help: "Begin after this position instead of now; 0 is the beginning of the log.")
    var after: String?

    func validate() throws {
        let (shops, statuses, types) = (list(shop), list(status), list(type))
        guard order == nil || customer == nil else {
            throw ValidationError("--order and --customer exclude each other: give one.")
        }
        let filters = !statuses.isEmpty || !types.isEmpty || attention || conflate != nil
        guard order == nil || (shops.isEmpty && !filters) else {
            throw ValidationError(
                "--order takes no filter: leave out --shop, --status, --type, --attention and --conflate."
            )
        }
        guard customer == nil || (shops.count <= 1 && !filters) else {
            throw ValidationError("--customer takes one --shop, and no --status, --type, --attention or --conflate.")
        }
        guard (shops + statuses + types).allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--shop, --status or --type has an empty element in its list.")
        }
        for name in shops where !ShopScope.isShopName(name) {
            let shown = TerminalText.plain(name)
            throw ValidationError("--shop is a name of 1 to 63 characters a-z, 0-9 and dash, not “\(shown)”.")
        }
        for word in statuses where OrderStatus(rawValue: word) == nil {
            let all = OrderStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--status is one of \(all), not “\(TerminalText.plain(word))”.")
        }
        for word in types where EventType(rawValue: word) == nil {
            let all = EventType.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--type is one of \(all), not “\(TerminalText.plain(word))”.")
        }
        guard (50...60_000).contains(conflate ?? 50) else {
            throw ValidationError("--conflate is 50 to 60000 (milliseconds).")
        }
    }

    var request: StreamRequest {
        var request: StreamRequest
        if let order {
            request = .order(order)
        } else if let customer {
            request = .customer(customer, shop: shop.first)
        } else {
            request = .feed(
                shops: list(shop),
                statuses: list(status),
                types: list(type),
                attentionOnly: attention,
                conflate: conflate
            )
        }
        if let after, !after.isEmpty { request.after = after }
        return request
    }

    private func list(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }
}
