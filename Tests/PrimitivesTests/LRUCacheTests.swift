import Primitives
import Testing

@Suite struct LRUCacheTests {
    @Test func cacheAgreesWithASimpleModel() {
        var cache = LRUCache<Int, Int>(capacity: 5)
        var model: [(key: Int, value: Int)] = []
        var state: UInt64 = 1
        for step in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = Int(state >> 60)
            let place = model.firstIndex { $0.key == key }
            if state >> 59 & 1 == 0 {
                #expect(cache.value(for: key) == place.map { model[$0].value })
                if let place { model.append(model.remove(at: place)) }
            } else {
                cache.set(step, for: key)
                if let place { model.remove(at: place) } else if model.count == 5 { model.removeFirst() }
                model.append((key, step))
            }
            #expect(cache.count == model.count)
        }
    }
}
