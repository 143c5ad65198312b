/// The times at which events of a kind are hidden from customers.
enum Hiding: Sendable {
    case never, sometimes, always
}
