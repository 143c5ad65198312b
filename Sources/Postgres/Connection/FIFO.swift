/// A first-in, first-out queue whose ends cost the same however long it is.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count, let element = elements[head] else { return nil }
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Puts back what was just taken.
    mutating func pushFirst(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    mutating func drain() -> [Element] {
        defer {
            elements = []
            head = 0
        }
        return elements[head...].compactMap { $0 }
    }

    func contains(_ predicate: (Element) -> Bool) -> Bool {
        elements[head...].contains { $0.map(predicate) ?? false }
    }

    mutating func updateFirst(where predicate: (Element) -> Bool, _ update: (inout Element) -> Void) -> Bool {
        for index in head..<elements.count {
            guard var element = elements[index], predicate(element) else { continue }
            update(&element)
            elements[index] = element
            return true
        }
        return false
    }

    mutating func removeFirst(where predicate: (Element) -> Bool) -> Element? {
        for index in head..<elements.count {
            guard let element = elements[index], predicate(element) else { continue }
            elements.remove(at: index)
            return element
        }
        return nil
    }
}
