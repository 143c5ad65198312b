import Access
import Hummingbird
import OrderLog
import Orders
import StrictJSON
import Telemetry

/// `GET /v1/status`: the version, the database's sizes and the last failures, for the operator's page. What metrics and
/// `/v1/projections` tell is told there.
struct StatusRoutes: Sendable {
    let authorizer: Authorizer
    let database: DatabaseFactsCache
    let failures: RecentFailures
    let clock: WallClock
    /// The time at which the service was assembled, in seconds since 1970.
    let startedAt: Double

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/status") { request, context in
            _ = try await authorizer.authorize(request, in: context, to: .administration)
            _ = try QueryReader(request, parameters: [])
            return Response.json(text(await database.current()))
        }
    }

    private func text(_ database: DatabaseFacts?) -> [UInt8] {
        JSONWriter.object { writer in
            writer.field("version", BuildInfo.version)
            writer.field("startedAt", Timestamp(unixMicroseconds: Int64(startedAt * 1e6)).rfc3339Micro)
            writer.field("now", Timestamp(unixMicroseconds: Int64(clock.seconds() * 1e6)).rfc3339Micro)
            if let database {
                writer.object("database") { writer in
                    writer.field("version", database.version)
                    if let bytes = database.bytes { writer.field("bytes", bytes) }
                    writer.field("logBytes", database.logBytes)
                    writer.field("measuredAt", database.measuredAt.rfc3339Micro)
                }
            }
            writer.array("failures", failures.entries) { writer, failure in
                writer.object { writer in
                    writer.field("level", FailureLevel(failure.level).rawValue)
                    writer.field("message", failure.message)
                    writer.field("count", failure.count)
                    writer.field("firstAt", Timestamp(unixMicroseconds: failure.firstMicroseconds).rfc3339Micro)
                    writer.field("lastAt", Timestamp(unixMicroseconds: failure.lastMicroseconds).rfc3339Micro)
                }
            }
        }
    }
}
