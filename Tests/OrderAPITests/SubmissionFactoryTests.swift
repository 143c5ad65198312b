import Access
import OrderLog
import Orders
import StrictJSON
import Testing

@testable import OrderAPI

@Suite struct SubmissionFactoryTests {
    private let submissions = SubmissionFactory(clock: WallClock())

    private func caller(_ shops: Set<String>) throws -> Caller {
        Caller(principal: try Principal(role: .backend, subject: "b", shops: .names(shops), expiresAt: 4e9))
    }

    private func scan(_ more: String = "", number: String = "JD-1") throws -> OrderCommand {
        let body = """
            {"trackingNumber":"\(number)","scanId":"s","code":"inTransit","occurredAt":"2026-01-02T10:00:00Z"\(more)}
            """
        return try JSONNode.read(Array(body.utf8)) { node in
            Result { () throws(InvalidCommand) in try OrderCommand.decodeTrackedScan(node) }
        }.get()
    }

    private let envelope = SubmissionFactory.Envelope(
        target: nil,
        commandId: "k",
        isCommandIdGenerated: false,
        ifMatch: nil,
        correlationId: nil
    )

    @Test func scanBelongsToTheOnlyShopOfTheToken() throws {
        let submission = try submissions.submission(of: scan(), in: envelope, from: caller(["aurora"]))
        #expect(submission.orderId == nil)
        #expect(submission.trackingKey?.shop == "aurora")
        #expect(submission.trackingKey?.number == "JD1")
    }

    @Test func scanNamesItsShopWhereTheTokenHasSeveral() throws {
        let several = try caller(["aurora", "nordwind"])
        let named = try submissions.submission(of: scan(#","shop":"nordwind""#), in: envelope, from: several)
        #expect(named.trackingKey?.shop == "nordwind")
        let problem = #expect(throws: Problem.self) {
            try submissions.submission(of: scan(), in: envelope, from: several)
        }
        #expect(problem?.code == .invalidCommand)
        #expect(problem.map { String(decoding: $0.json, as: UTF8.self).contains(#""pointer":"/shop""#) } == true)
    }

    @Test func scanForAShopOfOthersIsForbidden() throws {
        let problem = #expect(throws: Problem.self) {
            try submissions.submission(of: scan(#","shop":"kumo""#), in: envelope, from: caller(["aurora"]))
        }
        #expect(problem?.code == .foreignShop)
    }

    @Test func fingerprintIsThatOfTheScanAsItWasSent() throws {
        let aurora = try caller(["aurora"])
        func fingerprint(_ command: OrderCommand) throws -> [UInt8] {
            try submissions.submission(of: command, in: envelope, from: aurora).fingerprint
        }
        let sent = try fingerprint(scan())
        #expect(try fingerprint(scan().addressed(toParcel: "p")) == sent)
        #expect(try fingerprint(scan(number: "JD-2")) != sent)
    }

    @Test func backendsAlonePlaceAndReportForCarriersAndProviders() {
        let reports = CommandName.allCases.filter { Permission.command($0) == .placeAndReport }
        #expect(Set(reports) == [.placeOrder, .recordScan, .recordPayment, .retractPayment])
        #expect(CommandName.allCases.allSatisfy { Permission.command($0).verdict(for: .backend) == .allowed })
    }
}
