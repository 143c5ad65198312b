/// The key of an accepted command: the client's id, within the order's shop.
struct CommandKey: Hashable, Sendable {
    let shop: String
    let commandId: String
}
