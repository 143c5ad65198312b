import StrictJSON

@testable import Orders

/// A JSON value that tests read by path, such as `parcels/p/status`. An element of an array is named by its id, or by
/// its index.
struct View: Sendable {
    let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    subscript(path: String) -> JSONValue? {
        var value: JSONValue? = json
        for name in path.split(separator: "/") { value = value.flatMap { Self.step(into: $0, String(name)) } }
        return value
    }

    private static func step(into value: JSONValue, _ name: String) -> JSONValue? {
        guard let elements = value.array else { return value[name] }
        let ids = ["lineId", "parcelId", "scanId", "returnId", "paymentId", "holdId", "feeId"]
        if let found = elements.first(where: { element in ids.contains { element[$0]?.string == name } }) {
            return found
        }
        return Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    }

    func text(_ path: String) -> String? { self[path]?.string }

    func count(_ path: String) -> Int? { self[path]?.integer.map(Int.init) }

    /// The minor units of a Money object.
    func amount(_ path: String) -> Int64? { self[path]?["amount"]?.integer }

    /// The number of elements of an array.
    func size(_ path: String) -> Int? { self[path]?.array?.count }

    /// The texts of an array.
    func texts(_ path: String) -> [String]? { self[path]?.array?.compactMap(\.string) }

    /// The names of an object's members, in order.
    func names(_ path: String = "") -> [String]? { self[path]?.object?.members.map(\.name) }

    var written: String { String(decoding: json.bytes, as: UTF8.self) }
}

extension Given {
    /// The order as staff reads it.
    var staff: View { read(for: .staff) }

    /// The order as its customer reads it.
    var customer: View { read(for: .customer) }

    private func read(for audience: Audience) -> View {
        let bytes = order.json(for: audience, role: .backend, position: "abcdefgh-7", recordedAt: at(61))
        return View((try? JSONValue.parse(bytes)) ?? .null)
    }

    var due: Int64? { staff.amount("payment/due") }

    var headline: String? { staff.text("status") }

    func parcel(_ parcelId: String) -> String? { staff.text("parcels/\(parcelId)/status") }

    /// The places of a line's units that hold any, such as `open 1, delivered 1, returned 1`.
    func units(_ lineId: String = "a") -> String {
        let view = staff
        return ["open", "packed", "shipped", "delivered", "cancelled", "returned"].compactMap { place in
            view.count("lines/\(lineId)/\(place)").flatMap { $0 == 0 ? nil : "\(place) \($0)" }
        }.joined(separator: ", ")
    }

    var attention: [String]? { staff.texts("internal/attentionReasons") }

    var anomalies: [AnomalyCode] { order.anomalies.map(\.code) }
}
