import Foundation
import StrictJSON

/// The commands that only some orders get.
extension Draft {
    func void(_ parcel: String) -> Journey.Step {
        Journey.Step(path: "void-parcel") { writer in
            writer.field("parcelId", parcel)
            writer.field("reason", "The box was too small")
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

    func note(_ text: String, _ visibility: String) -> Journey.Step {
        Journey.Step(path: "note") { writer in
            writer.field("text", text)
            writer.field("visibility", visibility)
        }
    }

    var requestReturn: Journey.Step {
        Journey.Step(path: "request-return") { writer in
            writer.field("returnId", "r1")
            write(["l1", "l2"], &writer)
            writer.field("reason", "It does not suit the room")
        }
    }

    func decideReturn(_ approve: Bool) -> Journey.Step {
        Journey.Step(path: "decide-return") { writer in
            writer.field("returnId", "r1")
            writer.field("approve", approve)
        }
    }

    func receiveReturn(_ condition: String) -> Journey.Step {
        Journey.Step(path: "receive-return") { writer in
            writer.field("returnId", "r1")
            write(["l1", "l2"], &writer, condition: condition)
        }
    }

    var moves: Journey.Step {
        Journey.Step(path: "ship-to") { [self] writer in
            writer.field("contactRef", "contact-\(number % 40)-new")
            writer.field("country", shop.country)
        }
    }

    /// - Parameter version: of the event that raised the anomaly.
    func resolve(_ version: Int) -> Journey.Step {
        Journey.Step(path: "resolve-anomaly") { writer in
            writer.field("version", version)
            writer.field("note", "The provider pays the difference back")
        }
    }

    var close: Journey.Step { Journey.Step(path: "close") { _ in } }
}
