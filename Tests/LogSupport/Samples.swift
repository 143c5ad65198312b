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

    /// The body of `PlaceOrder` with 500 lines, each with a name of so many characters.
    ///
    /// - Parameter isCompressible: the names repeat themselves.
    package static func placeLarge(
        shop: String = "aurora",
        characters: Int = 400,
        isCompressible: Bool = false
    ) -> String {
        let lines = (0..<500).map { number in
            let letters = (0..<characters).map { _ in isCompressible ? "x" : "\(Character.random)" }.joined()
            return #"{"lineId":"l\#(number)","sku":"S","name":"\#(letters)","quantity":2,"# + price(1000)
        }
        return """
            {"number":"A-1","shop":"\(shop)","customer":"cust-1","contactRef":"c","country":"DE","currency":"EUR",
            "locale":"de-DE","lines":[\(lines.joined(separator: ","))],"shipping":{"amount":0,"currency":"EUR"},
            "tax":{"amount":0,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},
            "total":{"amount":1000000,"currency":"EUR"}}
            """
    }

    private static func price(_ amount: Int) -> String {
        #""unitPrice":{"amount":\#(amount),"currency":"EUR"}}"#
    }

    package static func command(_ name: CommandName, _ json: String = "{}") throws -> OrderCommand {
        let value = try JSONValue.parse(Array(json.utf8))
        return try OrderCommand.decode(name, value.object ?? JSONObject())
    }

    /// A submission of a scan by tracking number, by a backend of the shop.
    package static func trackedScan(
        _ number: String,
        scan scanId: String,
        code: String = "inTransit",
        at occurredAt: String = "2026-01-02T10:00:00Z",
        shop: String = "aurora",
        key: String = UUID().uuidString,
        fingerprint: UInt8 = 1,
        ifMatch: Int? = nil
    ) throws -> Submission {
        let body =
            #"{"trackingNumber":"\#(number)","scanId":"\#(scanId)","code":"\#(code)","occurredAt":"\#(occurredAt)"}"#
        let command = try JSONNode.read(Array(body.utf8)) { node in
            Result { () throws(InvalidCommand) in try OrderCommand.decodeTrackedScan(node) }
        }.get()
        return Submission(
            orderId: nil,
            trackingKey: TrackingKey(shop: shop, number: command.scanTarget?.numberKey ?? ""),
            command: command,
            commandId: key,
            fingerprint: [UInt8](repeating: fingerprint, count: 32),
            ifMatch: ifMatch.map { [$0] },
            shops: [shop],
            role: .backend,
            actor: "backend:test",
            correlationId: nil,
            receivedAt: Timestamp(unixMicroseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        )
    }

    /// The commands that bring a new order of the shop to a parcel `p` with this tracking number, on its way.
    ///
    /// - Parameter placedAt: the time of the order; without one, the moment at which it is received.
    package static func shipped(
        _ order: UUID,
        number: String,
        shop: String = "aurora",
        placedAt: String = "2026-01-01T10:00:00Z"
    ) throws -> [Submission] {
        let placement = place(shop: shop).dropLast() + #","terms":"invoice","occurredAt":"\#(placedAt)"}"#
        let dispatch = #"{"parcelId":"p","carrier":"dhl","trackingNumber":"\#(number)"}"#
        return [
            try submission(.placeOrder, String(placement), order: order),
            try submission(.confirmOrder, order: order),
            try submission(.packParcel, #"{"parcelId":"p","lines":[{"lineId":"l1","quantity":2}]}"#, order: order),
            try submission(.dispatchParcel, dispatch, order: order),
        ]
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
            ifMatch: ifMatch.map { [$0] },
            shops: shops,
            role: .backend,
            actor: "backend:test",
            correlationId: nil,
            receivedAt: Timestamp(unixMicroseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)),
            byteCount: byteCount
        )
    }
}

extension Character {
    /// A random letter or digit.
    fileprivate static var random: Character { letters[Int.random(in: 0..<letters.count)] }

    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}
