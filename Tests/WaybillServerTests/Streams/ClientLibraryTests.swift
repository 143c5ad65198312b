import Access
import EventStreams
import Foundation
import HTTPTransport
import LogSupport
import Logging
import StrictJSON
import Synchronization
import TestSupport
import Testing
import WaybillClient
import WaybillServer

/// The client library against the service.
@Suite(.timeLimit(.minutes(2))) struct ClientLibraryTests {
    private func client(_ service: TestService, _ token: String?) throws -> WaybillClient {
        try WaybillClient(url: service.url, token: token)
    }

    private func first(_ count: Int, _ client: WaybillClient, _ request: StreamRequest) async throws -> [StreamEvent] {
        var events: [StreamEvent] = []
        for try await event in client.events(of: request) {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }

    /// The stream reaches its maximum age again and again.
    @Test func everyEventIsShownOnceWhenTheStreamEndsOften() async throws {
        try await TestService.with { settings in
            settings.streams.maximumAge = .milliseconds(300)
        } _: { service in
            let (staff, backend) = try await (service.token(.staff), service.token())
            let client = try client(service, staff)
            let byes = Mutex(0)
            let follower = Task {
                var shown: [String] = []
                var request = StreamRequest.feed()
                request.after = "0"
                for try await event in client.events(of: request) {
                    switch event {
                    case .status(let frame):
                        let placed = try frame.change()
                        #expect(placed.position == frame.position)
                        shown.append(placed.position)
                        if placed.customer == "last" { return shown }
                    case .bye(let reason, _):
                        #expect(reason == "maxAge")
                        byes.withLock { $0 += 1 }
                    case .snapshot, .update, .reset: Issue.record("\(event)")
                    }
                }
                return shown
            }
            var placed: [String] = []
            while byes.withLock({ $0 }) < 2 {
                placed.append(try await place(service, backend))
            }
            placed.append(try await place(service, backend, customer: "last"))
            #expect(try await follower.value == placed)
        }
    }

    /// - Returns: the position.
    private func place(_ service: TestService, _ token: String, customer: String = "cust-1") async throws -> String {
        let answer = try await service.post("/v1/orders", Samples.place(customer: customer), token: token)
        return try #require(answer.body["position"]?.string)
    }

    @Test func aServiceIsFollowedByItsOwnCertificate() async throws {
        try await TestCertificate.with { certificate in
            let store = try CertificateStore(
                CertificateFiles(certificate: certificate.path, key: certificate.key),
                logger: Logger(label: "certificates")
            )
            try await TestService.with {
                $0.certificates = store
            } _: { service in
                let staff = try await service.token(.staff)
                var settings = WaybillClient.Settings()
                settings.certificateAuthorities = certificate.path
                let trusting = try WaybillClient(url: service.url, token: staff, settings: settings)
                var request = StreamRequest.feed()
                request.after = "zzzzzzzz-7"
                let event = try #require(try await first(1, trusting, request).first)
                #expect(event == .reset(reason: "unknownEpoch", event.frame))
                let (reasons, continuation) = AsyncStream.makeStream(of: String.self)
                let doubting = try client(service, staff)
                let follower = Task {
                    for try await event in doubting.events(
                        of: .feed(),
                        onConnectionChange: { if case .failed(let reason, _) = $0 { continuation.yield(reason) } }
                    ) { Issue.record("\(event)") }
                }
                #expect(await reasons.first { _ in true }?.contains("CERTIFICATE_VERIFY_FAILED") == true)
                follower.cancel()
            }
        }
    }

    @Test func streamsOfOrdersAndCustomersBeginWithASnapshot() async throws {
        try await TestService.with { service in
            let (staff, backend) = try await (service.token(.staff), service.token())
            let placed = try await service.post("/v1/orders", Samples.place(), token: backend)
            let order = try #require(placed.body["orderId"]?.string)
            let customer = try await service.token(.customer, shops: "aurora", subject: "cust-1")
            for (request, token) in [
                (StreamRequest.order(order), staff), (.customer("cust-1", shop: "aurora"), staff),
                (.customer("cust-1"), customer),
            ] {
                for isPlain in [false, true] {
                    var request = request
                    request.isPlain = isPlain
                    let event = try #require(try await first(1, client(service, token), request).first)
                    guard case .snapshot(let frame) = event else {
                        Issue.record("\(event)")
                        continue
                    }
                    let shown: JSON = try frame.decode()
                    #expect(shown["orderId"]?.string == order)
                }
            }
        }
    }

    @Test func anUnknownPositionIsAnsweredByAReset() async throws {
        try await TestService.with { service in
            let (staff, backend) = try await (service.token(.staff), service.token())
            var request = StreamRequest.feed(shops: ["aurora"], types: ["OrderPlaced"], conflate: 50)
            request.after = "zzzzzzzz-7"
            let isOver = Mutex(false)
            let follower = Task { [request] in
                defer { isOver.withLock { $0 = true } }
                return try await first(2, client(service, staff), request)
            }
            // Orders are placed until the stream has shown one that came after its beginning.
            while !isOver.withLock({ $0 }) { _ = try await place(service, backend) }
            let events = try await follower.value
            guard case .reset("unknownEpoch", _) = events[0], case .status(let frame) = events[1] else {
                Issue.record("\(events)")
                return
            }
            #expect(try frame.change().type == "OrderPlaced")
        }
    }

    @Test func refusalsHaveTheCodeOfTheProblem() async throws {
        try await TestService.with { service in
            let (staff, customer) = try await (service.token(.staff), service.token(.customer, shops: "aurora"))
            let order = StreamRequest.order(UUID().uuidString)
            for (token, request, status, code) in [
                (nil, .feed(), 401, "missingToken"), ("no", .feed(), 401, "malformedToken"),
                (customer, .feed(), 403, "forbidden"), (staff, order, 404, "notFound"),
                (staff, .feed(statuses: ["lost"]), 400, "invalidQuery"),
            ] as [(String?, StreamRequest, Int, String)] {
                let error = await #expect(throws: WaybillClientError.self) {
                    try await first(1, client(service, token), request)
                }
                #expect(error?.status == status)
                #expect(error?.problem?.code == code)
            }
        }
    }
}
