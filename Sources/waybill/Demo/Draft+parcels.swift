import Foundation
import StrictJSON

/// The commands about a simulated order's parcels.
extension Draft {
    /// - Parameter kind: `pickup` or `digital`; nil for a parcel that is shipped.
    func pack(_ parcel: String, lines: [String] = ["l1", "l2"], kind: String? = nil) -> Journey.Step {
        Journey.Step(path: "pack") { [self] writer in
            writer.field("parcelId", parcel)
            write(lines, &writer)
            writer.field("kind", kind)
            if kind == "pickup" { writePlace("pickupPlace", shop.hubs[shop.hubs.count - 1], &writer) }
        }
    }

    /// Dispatches a shipped parcel by the shop's carrier.
    func dispatch(_ parcel: String, trackingNumber: String? = nil) -> Journey.Step {
        Journey.Step(path: "dispatch") { [self] writer in
            writer.field("parcelId", parcel)
            writer.field("carrier", shop.carrier)
            writer.field("trackingNumber", trackingNumber ?? self.trackingNumber(parcel))
            Self.window("eta", hours: 24, &writer)
        }
    }

    /// Dispatches a letter that nobody tracks, or a parcel that no carrier takes.
    func dispatch(untracked parcel: String, carrier: String? = nil) -> Journey.Step {
        Journey.Step(path: "dispatch") { writer in
            writer.field("parcelId", parcel)
            writer.field("carrier", carrier)
        }
    }

    /// A number that no other order has, of an earlier run either: a carrier's scan by number finds its parcel by it.
    func trackingNumber(_ parcel: String) -> String {
        "TRK\(number)-\(orderId.prefix(8).uppercased())-\(parcel.uppercased())"
    }

    func parcel(_ parcel: String, lines: [String] = ["l1", "l2"]) -> [Journey.Step] {
        [pack(parcel, lines: lines), dispatch(parcel)]
    }

    func correctTracking(_ parcel: String) -> Journey.Step {
        Journey.Step(path: "set-tracking") { [self] writer in
            writer.field("parcelId", parcel)
            writer.field("carrier", shop.carrier)
            writer.field("trackingNumber", trackingNumber(parcel))
        }
    }

    func void(_ parcel: String) -> Journey.Step {
        Journey.Step(path: "void-parcel") { writer in
            writer.field("parcelId", parcel)
            writer.field("reason", "The box was too small")
        }
    }

    /// Ends a parcel of which no carrier speaks.
    func end(_ parcel: String, _ outcome: String, _ reason: String) -> Journey.Step {
        Journey.Step(path: "end-parcel") { writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", "\(parcel)-end")
            writer.field("outcome", outcome)
            writer.field("reason", reason)
        }
    }

    func delivery(_ parcel: String) -> [Journey.Step] {
        ["inTransit", "outForDelivery", "delivered"].enumerated().map { scan(parcel, $1, $0) }
    }

    /// Reports a scan.
    ///
    /// - Parameters:
    ///   - time: the time of the scan; nil for the time at which it is sent.
    ///   - isByNumber: the carrier knows the tracking number alone, and neither order nor parcel.
    func scan(
        _ parcel: String,
        _ code: String,
        _ index: Int,
        reason: String? = nil,
        at time: Date? = nil,
        isByNumber: Bool = false
    ) -> Journey.Step {
        Journey.Step(path: isByNumber ? "/v1/scans" : "scan") { [self] writer in
            if isByNumber {
                writer.field("shop", shop.name)
                writer.field("carrier", shop.carrier)
                writer.field("trackingNumber", trackingNumber(parcel))
            } else {
                writer.field("parcelId", parcel)
            }
            writer.field("scanId", "\(parcel)-\(index)-\(code)")
            writer.field("code", code)
            // The carrier's clock is ours here.
            writer.field("occurredAt", (time ?? Date()).ISO8601Format())
            writer.field("reason", reason)
            writePlace("place", shop.hubs[min(index, shop.hubs.count - 1)], &writer)
            if code == "delivered" {
                writer.object("proof") { $0.field("kind", ["signature", "photo", "pin"][number % 3]) }
            }
        }
    }

    func retract(_ parcel: String, _ scan: String) -> Journey.Step {
        Journey.Step(path: "retract-scan") { writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", scan)
            writer.field("reason", "Scanned at the wrong door")
        }
    }

    /// The parcel is expected that many hours from now.
    func delay(_ parcel: String, hours: Double) -> Journey.Step {
        Journey.Step(path: "revise-eta") { writer in
            writer.field("parcelId", parcel)
            Self.window("window", hours: hours, &writer)
            writer.field("source", "carrier")
            writer.field("reason", "Snow")
        }
    }

    /// The customer says that all units of a line did not arrive as they should.
    func shortage(_ parcel: String, of line: String, _ kind: String) -> Journey.Step {
        Journey.Step(path: "report-shortage") { [self] writer in
            writer.field("claimId", "c1")
            writer.field("parcelId", parcel)
            write([line], &writer)
            writer.field("kind", kind)
        }
    }

    private func writePlace(_ name: StaticString, _ text: String, _ writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.field("text", text)
            writer.field("country", shop.country)
            writer.field("timeZone", shop.timeZone)
        }
    }
}
