import Foundation
import WaybillClient

/// Events as the service sends them to staff.
enum Change {
    static func event(
        _ type: String,
        _ data: String = "{}",
        internal: String = "{}",
        before: String? = "preparing",
        status: String = "preparing",
        number: String = "AU-10001",
        shop: String = "aurora",
        more: String = ""
    ) throws -> OrderChange {
        let before = before.map { "\"\($0)\"" } ?? "null"
        let text = """
            {"position":"q5fz2mxa-16","orderId":"019a41c8-6c40-7b1e-9d52-3f0a8c71e6b4","number":"\(number)","shop":"\(shop)",
            "customer":"c-4f1a","version":16,"type":"\(type)","schema":1,"statusBefore":\(before),"status":"\(status)",
            "occurredAt":"2026-11-05T09:26:00Z","recordedAt":"2026-11-05T09:26:02.999999Z","data":\(data),
            "internal":\(`internal`),"actor":"backend:backend","commandId":"c-16"\(more)}
            """
        return try JSONDecoder().decode(OrderChange.self, from: Data(text.utf8))
    }
}
