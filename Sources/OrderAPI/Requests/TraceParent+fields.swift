import HTTPTypes
import Telemetry

extension TraceParent {
    /// - Returns: nil without exactly one field that is valid.
    init?(_ fields: HTTPFields) {
        let values = fields[values: .traceparent]
        guard values.count == 1 else { return nil }
        self.init(values[0])
    }
}
