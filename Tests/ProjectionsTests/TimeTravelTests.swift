import Access
import Foundation
import LogSupport
import NIOHTTP1
import StrictJSON
import Testing

extension ReadModelTests {
    @Suite struct TimeTravelTests {
        @Test func anOrderReadsAsItWasAtEachVersionPositionAndTime() async throws {
            try await Service.with { service in
                let backend = try await service.token(.backend, "aurora")
                let customer = try await service.token(.customer, "aurora", subject: "cust-1")
                let placed = try await service.post("/v1/orders", Samples.place(), backend)
                let path = "/v1/orders/\(placed.body["orderId"]?.string ?? "")"
                var then = [try await service.get(path, backend)]
                var theirs = [try await service.get(path, customer)]
                for (command, body) in [
                    ("confirm", "{}"), ("note", #"{"text":"n","visibility":"staff"}"#),
                    ("hold", #"{"holdId":"h","reason":"fraud"}"#),
                ] {
                    #expect(try await service.post("\(path)/\(command)", body, backend).status == 200)
                    then.append(try await service.get(path, backend))
                    theirs.append(try await service.get(path, customer))
                }
                for (index, past) in then.enumerated() {
                    let recordedAt = past.body["updatedAt"]?.string ?? ""
                    for query in ["version=\(index + 1)", "position=\(past.position)", "at=\(recordedAt)"] {
                        let read = try await service.get("\(path)?\(query)", backend)
                        #expect(read.text == past.text)
                        #expect(read.headers.first(name: "ETag") == "\"\(index + 1)\"")
                    }
                    let query = "position=\(theirs[index].position)"
                    #expect(try await service.get("\(path)?\(query)", customer).text == theirs[index].text)
                }
            }
        }

        @Test func momentsThatAnOrderNeverHadAreNotFound() async throws {
            try await Service.with { service in
                let backend = try await service.token(.backend, "aurora")
                let first = try await service.post("/v1/orders", Samples.place(), backend)
                let second = try await service.post("/v1/orders", Samples.place(customer: "cust-2"), backend)
                let path = "/v1/orders/\(second.body["orderId"]?.string ?? "")"
                for query in [
                    "version=2", "version=0", "version=-1", "position=0", "position=\(first.position)",
                    "at=2020-01-01T00:00:00%2B01:00",
                ] {
                    let answer = try await service.get("\(path)?\(query)", backend)
                    #expect(answer.status == 404)
                    #expect(answer.code == "notFound")
                }
                for (query, status, code) in [
                    ("position=x", 400, "malformedPosition"), ("position=\(second.position)9", 404, "unknownPosition"),
                    ("version=one", 400, "invalidQuery"), ("at=now", 400, "invalidQuery"),
                    ("version=1&at=2026-01-01T00:00:00Z", 400, "invalidQuery"),
                ] {
                    let answer = try await service.get("\(path)?\(query)", backend)
                    #expect(answer.status == status)
                    #expect(answer.code == code)
                }
                let stranger = try await service.token(.customer, "aurora", subject: "cust-1")
                #expect(try await service.get("\(path)?version=1", stranger).status == 404)
            }
        }
    }
}
