import Testing

@testable import Orders

/// All that the generator says for staff alone is called secret.
@Suite struct CustomerProperties {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func customersNeverReadWhatIsForStaff(seed: UInt64) throws {
        var generator = CommandGenerator(seed: seed &+ 500)
        var state = Given([])
        for step in 0..<100 {
            let outcome = try state.when(generator.nextStep(for: state.order)).result
            guard case .success(let events) = outcome, !events.isEmpty else { continue }
            for event in events {
                let data = event.encode().data.map { String(decoding: $0, as: UTF8.self) } ?? ""
                #expect(!Self.isSecret(data), "seed \(seed), step \(step): \(data)")
            }
            state = state.adding(events)
            let order = state.customer.written
            #expect(!Self.isSecret(order), "seed \(seed), step \(step): \(order)")
        }
    }

    private static func isSecret(_ text: String) -> Bool {
        ["secret", "fraud", "\"internal\"", "anomal", "writeOff", "holdId", "providerRef", "privateMetadata"].contains {
            text.contains($0)
        }
    }
}
