import Postgres
import Testing

@Suite struct PostgresExecutorTests {
    @Test func jobsOfAnExecutorRunOneAfterTheOther() async {
        actor Counter {
            nonisolated let executor = PostgresExecutor(name: "counter")
            nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
            var value = 0
            func increment() { value += 1 }
        }
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 { group.addTask { await counter.increment() } }
        }
        #expect(await counter.value == 1000)
    }
}
