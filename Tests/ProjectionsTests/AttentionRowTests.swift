import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// The columns and indexes of the attention queue in the order list.
    @Suite struct AttentionRowTests {
        @Test func theQueueDoesNotDependOnBatches() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 12, orders: 20, commands: 300, on: appender)
                }
                let isCaughtUp = try await bench.withProjector(batchLimit: 1) { _ in try await bench.areCaughtUp() }
                #expect(isCaughtUp)
                let keys = "select order_id, attention, attention_since, attention_reasons from order_list_keys"
                let singly = try await bench.text(keys)
                try await bench.script("select projection_clear('orders', 1)")
                try await bench.catchUp()
                #expect(try await bench.text(keys) == singly)
                #expect(singly.contains(",t,"))
            }
        }

        @Test func verifyFindsAWrongQueueAndAReplayMendsIt() async throws {
            try await ReplayBench.with { bench async throws in
                let keys = "select order_id, attention_since, attention_reasons from order_list_keys"
                let before = try await bench.bench.text(keys)
                try await bench.bench.script(
                    "update order_list_keys set attention_since = '2001-01-01 00:00:00+00', attention_reasons = '{x}'"
                )
                let found = try await bench.differences("orders")
                let since = "attention_since: stored 2001-01-01T00:00:00.000000Z, expected"
                let reasons = #"attention_reasons: stored {"x"}, expected"#
                #expect(found.count { $0.contains(since) } == 40)
                #expect(found.count { $0.contains(reasons) } == 40)
                try await bench.replay().run("orders")
                #expect(try await bench.differences("orders") == [])
                #expect(try await bench.bench.text(keys) == before)
            }
        }

        @Test func theQueueIsReadInTheOrderOfItsIndex() async throws {
            try await ModelBench.with { bench in
                try await bench.script(
                    """
                    insert into order_list_keys (
                        order_id, placed_at, model_version, attention, attention_since, attention_reasons, shop,
                        customer, number, status, carriers, tracking_numbers)
                    select gen_random_uuid(), now(), 1, true, now() - random() * interval '9 days', '{shortage}',
                        'shop' || i % 4, 'c', 'n', 'attention', '{}', '{}'
                    from generate_series(1, 20000) i;
                    analyze order_list_keys;
                    """
                )
                for (shops, index) in [
                    (nil, "order_list_keys_v1_attention_since_order_id_idx"),
                    (["shop1"], "order_list_keys_v1_shop_attention_since_order_id_idx"),
                    (["shop1", "shop3"], "order_list_keys_v1_shop_attention_since_order_id_idx"),
                ] as [([String]?, String)] {
                    let query = AttentionQueue.newest(shops: shops, limit: 20)
                    let plan = try await bench.reader.pool.query("explain \(query.sql)", query.bindings)
                    let lines = try plan.map { try $0.get(0, as: String.self) }
                    #expect(lines.contains { $0.contains("Index Scan using \(index) ") }, "\(lines)")
                    #expect(!lines.contains { $0.contains("Seq Scan on order_list") || $0.contains("Bitmap") })
                    let stats = try await bench.reader.stats(shops: shops)
                    #expect(stats.attention.count == 20)
                    #expect(zip(stats.attention, stats.attention.dropFirst()).allSatisfy { $0.since >= $1.since })
                    #expect(stats.attentionCount == Int64(shops.map { $0.count * 5000 } ?? 20_000))
                }
            }
        }
    }
}
