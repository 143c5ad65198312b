/// A dictionary of bounded size that forgets the least recently used entry first. Every operation is O(1).
public struct LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot {
        var key: Key
        var value: Value
        var newer: Int?
        var older: Int?
    }

    /// The most entries.
    public let capacity: Int
    private var slots: [Slot] = []
    private var places: [Key: Int] = [:]
    private var newest: Int?
    private var oldest: Int?

    /// - Precondition: `capacity` is at least 1.
    public init(capacity: Int) {
        precondition(capacity > 0, "a cache needs room for one entry")
        self.capacity = capacity
    }

    /// The number of entries.
    public var count: Int { slots.count }

    /// Returns the value of `key`, which becomes the most recently used.
    public mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        touch(place)
        return slots[place].value
    }

    /// Sets the value of `key`, which becomes the most recently used; at capacity the least recently used entry goes.
    public mutating func set(_ value: Value, for key: Key) {
        if let place = places[key] {
            slots[place].value = value
            touch(place)
        } else if slots.count < capacity {
            slots.append(Slot(key: key, value: value))
            places[key] = slots.count - 1
            link(slots.count - 1)
        } else if let place = oldest {
            places[slots[place].key] = nil
            unlink(place)
            slots[place] = Slot(key: key, value: value)
            places[key] = place
            link(place)
        }
    }

    public mutating func removeAll() {
        self = Self(capacity: capacity)
    }

    private mutating func touch(_ place: Int) {
        guard newest != place else { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        slots[place].older = newest
        slots[place].newer = nil
        if let newest { slots[newest].newer = place }
        newest = place
        if oldest == nil { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if let newer { slots[newer].older = older } else { newest = older }
        if let older { slots[older].newer = newer } else { oldest = newer }
    }
}
