import Access
import Hummingbird
import OrderLog
import Orders
import Projections
import StrictJSON

/// `GET /v1/projections`: every version of every projection, and its lag behind the log.
/// `POST` and `DELETE /v1/projections/{name}/replay`: rebuild a projection from the log, or stop rebuilding it.
struct ProjectionRoutes: Sendable {
    let authorizer: Authorizer
    let models: ReadModelReader
    let replays: ReplayRunner

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/projections") { request, context in try await list(request, context) }
        router.post("/v1/projections/{name}/replay") { request, context in try await start(request, context) }
        router.delete("/v1/projections/{name}/replay") { request, context in try await cancel(request, context) }
    }

    private func list(_ request: Request, _ context: WaybillContext) async throws -> Response {
        _ = try await authorizer.authorize(request, in: context, to: .administration)
        _ = try QueryReader(request, parameters: [])
        let (projections, head) = try await models.states()
        return .json(
            JSONWriter.object { writer in
                writer.array("projections", projections) { writer, projection in
                    writer.object { writer in
                        writer.field("name", projection.name)
                        writer.field("version", projection.version)
                        writer.field("position", projection.position.description)
                        writer.field("lag", projection.lag)
                        writer.seconds("lagSeconds", milliseconds: Double(projection.lagMilliseconds))
                        writer.field("state", Self.state(of: projection).rawValue)
                        writer.field("updatedAt", projection.updatedAt.rfc3339Micro)
                        if let replay = projection.replay { writer.object("replay") { replay.write(to: &$0) } }
                    }
                }
                writer.field("position", head.description)
            }
        )
    }

    private static func state(of version: ProjectionState) -> ProjectionVersionState {
        guard version.isActive else { return .building }
        return version.hasFailed ? .failed : .active
    }

    private func start(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let name = try await authorizedProjection(request, context)
        let progress: ReplayProgress
        do {
            progress = try await replays.start(name)
        } catch ReplayFailure.underWay {
            throw Problem(
                .replayUnderWay,
                "A replay of this projection is under way already; wait for its end, or cancel it."
            )
        } catch is CancellationError {
            throw Problem.unavailable
        }
        let body = JSONWriter.object { writer in
            writer.field("name", name)
            writer.field("version", progress.version)
            writer.share("progress", progress.share)
        }
        return .json(body, status: .accepted)
    }

    private func cancel(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let name = try await authorizedProjection(request, context)
        return Response(status: try await replays.cancel(name) ? .noContent : .accepted)
    }

    /// The name of an existing projection in the path, if the caller may administrate.
    private func authorizedProjection(_ request: Request, _ context: WaybillContext) async throws -> String {
        _ = try await authorizer.authorize(request, in: context, to: .administration)
        _ = try QueryReader(request, parameters: [])
        let name = try context.parameters.require("name")
        guard ReadModels.named(name) != nil else { throw Problem.notFound }
        return name
    }
}

extension ReplayState {
    fileprivate func write(to writer: inout JSONWriter) {
        let activity = isRunning ? ReplayActivity.running : .interrupted
        writer.field("state", activity.rawValue)
        writer.field("startedAt", startedAt.rfc3339Micro)
        writer.share("progress", share)
        writer.field("eventsPerSecond", Int64(eventsPerSecond))
        if let secondsLeft { writer.seconds("secondsLeft", milliseconds: secondsLeft * 1000) }
    }
}
