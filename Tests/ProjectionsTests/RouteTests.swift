import Access
import Foundation
import LogSupport
import NIOHTTP1
import Orders
import Projections
import StrictJSON
import TestSupport
import Testing

extension ReadModelTests {
    @Suite struct RouteTests {
        /// Places an order and returns the reply.
        private func place(_ service: Service, _ shop: String = "aurora", _ customer: String = "cust-1") async throws
            -> Service.Answer
        {
            let backend = try await service.token(.backend, "aurora,nordwind")
            let answer = try await service.post("/v1/orders", Samples.place(shop: shop, customer: customer), backend)
            #expect(answer.status == 201)
            return answer
        }

        @Test func aListReadsItsOwnWritesAsTheOrderReads() async throws {
            try await Service.with { service in
                let staff = try await service.token(.staff)
                for _ in 0..<20 {
                    let placed = try await place(service)
                    let list = try await service.get("/v1/orders?limit=1&min_position=\(placed.position)", staff)
                    #expect(list.status == 200)
                    #expect(list.orderIds.first == placed.body["orderId"]?.string)
                    let order = try await service.get("/v1/orders/\(list.orderIds.first ?? "")", staff)
                    #expect(list.body["orders"]?.array?.first == .object(order.body))
                    #expect(list.position == placed.position)
                }
            }
        }

        @Test func aListKeepsToItsScope() async throws {
            try await Service.with { service in
                let mine = try await place(service, "aurora", "cust-1")
                let theirs = try await place(service, "aurora", "cust-2")
                let elsewhere = try await place(service, "nordwind", "cust-1")
                let ids = [mine, theirs, elsewhere].map { $0.body["orderId"]?.string ?? "" }
                let end = "min_position=\(elsewhere.position)"
                let (staff, backend) = try await (service.token(.staff), service.token(.backend, "aurora"))
                let customer = try await service.token(.customer, "aurora", subject: "cust-1")
                let everyone = try await service.get("/v1/orders?\(end)", staff)
                #expect(Set(everyone.orderIds) == Set(ids))
                #expect(try await service.get("/v1/orders?shop=nordwind&\(end)", staff).orderIds == [ids[2]])
                #expect(try await service.get("/v1/orders?customer=cust-2", staff).orderIds == [ids[1]])
                let shops = try await service.get("/v1/orders", backend)
                #expect(Set(shops.orderIds) == Set(ids[...1]))
                #expect(try await service.get("/v1/orders?shop=nordwind", backend).status == 404)
                let own = try await service.get("/v1/orders", customer)
                #expect(own.orderIds == [ids[0]])
                #expect(own.position.count == 23)
                #expect(!own.text.contains("internal"))
                #expect(try await service.get("/v1/orders?min_position=\(own.position)", customer).orderIds == [ids[0]])
                #expect(try await service.get("/v1/orders?customer=cust-2", customer).status == 404)
            }
        }

        @Test func invalidQueriesAreRefusedWithTheirCode() async throws {
            try await Service.with { service in
                let staff = try await service.token(.staff)
                let placed = try await place(service)
                for query in [
                    "status=lost", "attention=maybe", "placedAfter=today", "cursor=AAAA", "cursor=%21", "limit=0",
                    "limit=1001", "shop=A%20B", "state=placed", "number=1&number=2",
                    "status=", "shop=aurora,", "limit=", "placedAfter=",
                ] {
                    let answer = try await service.get("/v1/orders?\(query)", staff)
                    #expect(answer.status == 400)
                    #expect(answer.code == "invalidQuery")
                }
                let malformed = try await service.get("/v1/orders?min_position=12", staff)
                #expect(malformed.status == 400)
                #expect(malformed.code == "malformedPosition")
                let ahead = try await service.get("/v1/orders?min_position=\(placed.position)0", staff)
                #expect(ahead.status == 404)
                #expect(ahead.code == "unknownPosition")
                // An empty position counts as absent.
                #expect(try await service.get("/v1/orders?min_position=", staff).status == 200)
            }
        }

        @Test func aReadOfALaggingModelIsUnavailable() async throws {
            try await Service.with { service in
                let owner = ModelBench(
                    log: service.log,
                    reader: .init(pool: service.log.pool, registry: service.log.registry)
                )
                try await owner.script(
                    "create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'; "
                        + "create trigger refuse before insert on order_list_v1 for each row execute function refuse()"
                )
                let placed = try await place(service)
                let late = try await service.get(
                    "/v1/orders?min_position=\(placed.position)",
                    service.token(.backend, "aurora")
                )
                #expect(late.status == 503)
                #expect(late.code == "unavailable")
                #expect(late.headers.first(name: "Retry-After") != nil)
                let states = try await service.get("/v1/projections", service.token(.operator)).body["projections"]?
                    .array
                let orders = states?.compactMap(\.object).first { $0["name"]?.string == "orders" }
                #expect(orders?["state"]?.string == "failed")
                #expect(orders?["lag"]?.integer == 1)
                #expect(orders?["version"]?.integer == 1)
            }
        }

        @Test func pagesFollowEachOtherByTheirToken() async throws {
            try await Service.with { service in
                var last = ""
                for _ in 0..<7 { last = try await place(service).position }
                let staff = try await service.token(.staff)
                var (seen, query, pages) = ([String](), "limit=3&min_position=\(last)", 0)
                while pages < 10 {
                    let page = try await service.get("/v1/orders?\(query)", staff)
                    seen += page.orderIds
                    pages += 1
                    guard let next = page.body["next"]?.string else { break }
                    query = "limit=3&cursor=\(next)"
                }
                #expect(pages == 3)
                #expect(seen.count == 7)
                #expect(Set(seen).count == 7)
            }
        }

        @Test func statisticsSumTheShopsOfTheToken() async throws {
            try await Service.with { service in
                _ = try await place(service, "aurora")
                let second = try await place(service, "nordwind")
                let backend = try await service.token(.backend, "aurora,nordwind")
                let path = "/v1/orders/\(second.body["orderId"]?.string ?? "")/payment"
                let payment =
                    #"{"paymentId":"y","kind":"captured","amount":{"amount":9000,"currency":"EUR"},"providerRef":"r"}"#
                let paid = try await service.post(path, payment, backend)
                let all = try await service.get("/v1/stats?min_position=\(paid.position)", backend)
                #expect(all.status == 200)
                #expect(all.position == paid.position)
                #expect(all.body["orders"]?.integer == 2)
                #expect(all.body["statuses"]?.object?["placed"]?.integer == 2)
                #expect(all.body["statuses"]?.object?.count == OrderStatus.allCases.count)
                let minutes = all.body["perMinute"]?.array?.compactMap(\.object) ?? []
                #expect(minutes.count == 60)
                #expect(minutes.compactMap { $0["events"]?.integer }.reduce(0, +) == 3)
                #expect(minutes.compactMap { $0["placed"]?.integer }.reduce(0, +) == 2)
                #expect(
                    all.body["shops"]
                        == .array(["aurora", "nordwind"].map { ["shop": .string($0), "orders": .integer(1)] })
                )
                let attention = all.body["attention"]?.object
                #expect(attention?["orders"]?.integer == 1)
                let reasons = attention?["newest"]?.array?.first?.object?["reasons"]
                #expect(reasons == .array([.string("overCaptured"), .string("refundOwed")]))
                let one = try await service.get("/v1/stats", service.token(.backend, "aurora"))
                #expect(one.body["orders"]?.integer == 1)
                #expect(one.body["attention"]?.object?["orders"]?.integer == 0)
                let customer = try await service.token(.customer, "aurora", subject: "cust-1")
                #expect(try await service.get("/v1/stats", customer).status == 403)
                let narrow = try await service.token(.backend, "aurora")
                #expect(try await service.get("/v1/stats?shop=nordwind", narrow).status == 404)
            }
        }

        @Test func onlyOperatorsSeeTheProjections() async throws {
            try await Service.with { service in
                for role in [Role.backend, .staff] {
                    let token = try await service.token(role, "aurora")
                    #expect(try await service.get("/v1/projections", token).status == 403)
                }
                let placed = try await place(service)
                let staff = try await service.token(.operator)
                #expect(try await service.get("/v1/orders?min_position=\(placed.position)", staff).status == 200)
                #expect(try await service.get("/v1/stats?min_position=\(placed.position)", staff).status == 200)
                let answer = try await service.get("/v1/projections", staff)
                let projections = answer.body["projections"]?.array?.compactMap(\.object) ?? []
                #expect(projections.compactMap { $0["name"]?.string } == ["current", "orders", "stats"])
                #expect(projections.allSatisfy { $0["position"]?.string == placed.position })
                #expect(projections.allSatisfy { $0["lag"]?.integer == 0 && $0["state"]?.string == "active" })
            }
        }
    }
}
