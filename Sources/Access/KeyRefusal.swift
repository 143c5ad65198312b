/// The reason why a key of a set verifies no token; the set's other keys stay usable.
struct KeyRefusal: Error, CustomStringConvertible {
    let description: String

    init(_ reason: String) { description = reason }
}
