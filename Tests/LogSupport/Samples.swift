package import Foundation
package import OrderLog
package import Orders
import StrictJSON

/// Sample commands for tests, in the JSON of clients.
package enum Samples {
    /// The body of `PlaceOrder`, with one line of two units.
    ///
    /// - Parameter price: the unit price in cents.
    package static func place(shop: String = "aurora", customer: String = "cust-1", price: Int = 1000) -> String {
        """
        {"number":"A-1","shop":"\(shop)","customer":"\(customer)","contactRef":"c","country":"DE","currency":"EUR",
        "locale":"de-DE","lines":[{"lineId":"l1","sku":"S","name":"Tea","quantity":2,
        "unitPrice":{"amount":\(price),"currency":"EUR"}}],"shipping":{"amount":0,"currency":"EUR"},
        "tax":{"amount":0,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},
        "total":{"amount":\(2 * price),"currency":"EUR"}}
        """
    }

    package static func command(_ name: CommandName, _ json: String = "{}") throws -> OrderCommand {
        let value = try JSONValue.parse(Array(json.utf8))
        return try OrderCommand.decode(name, value.object ?? JSONObject())
    }

    /// A submission by a backend; without `shops` it may act in every shop.
    package static func submission(
        _ name: CommandName,
        _ json: String = "{}",
        order: UUID,
        key: String = UUID().uuidString,
        fingerprint: UInt8 = 1,
        ifMatch: Int? = nil,
        shops: Set<String>? = nil,
        byteCount: Int = 0
    ) throws -> Submission {
        Submission(
            orderId: order,
            command: try command(name, json),
            commandId: key,
            fingerprint: [UInt8](repeating: fingerprint, count: 32),
            ifMatch: ifMatch,
            shops: shops,
            role: .backend,
            actor: "backend:test",
            correlationId: nil,
            receivedAt: Timestamp(unixMicroseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)),
            byteCount: byteCount
        )
    }
}
