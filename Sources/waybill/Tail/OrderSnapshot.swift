/// The parts of an order that a line shows when a stream begins with it.
struct OrderSnapshot: Decodable {
    let number, shop, status, updatedAt: String
    let version: Int
}
