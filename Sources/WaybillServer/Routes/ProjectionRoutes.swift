import Access
import Hummingbird
import OrderLog
import Orders
import Projections
import StrictJSON

/// `GET /v1/projections`: every version of every read model, and how far behind the log it is.
struct ProjectionRoutes: Sendable {
    let gate: Gate
    let models: ReadModelReader
    let projector: Projector

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/projections") { request, context in try await list(request, context) }
    }

    private func list(_ request: Request, _ context: WaybillContext) async throws -> Response {
        _ = try await gate.admit(request, context, to: .administration)
        _ = try QueryReader(request, known: [])
        let (projections, head) = try await models.states()
        let failures = projector.failures
        return .json(
            JSONWriter.object { writer in
                writer.array("projections", projections) { writer, projection in
                    writer.object { writer in
                        writer.field("name", projection.name)
                        writer.field("version", projection.version)
                        writer.field("position", projection.position.description)
                        writer.field("lag", projection.lag)
                        writer.seconds("lagSeconds", milliseconds: Double(projection.lagMilliseconds))
                        writer.field("state", Self.state(projection, failures))
                        writer.field("updatedAt", projection.updatedAt.rfc3339Micro)
                    }
                }
                writer.field("position", head.description)
            }
        )
    }

    /// `active`: it is what is read. `failed`: the same, but its last batch could not be applied. `building`: not read yet.
    private static func state(_ projection: ProjectionState, _ failures: Set<String>) -> String {
        guard projection.isActive else { return "building" }
        return failures.contains(projection.name) ? "failed" : "active"
    }
}
