import Access
import Hummingbird
import OrderLog
import Orders
import Projections
import StrictJSON

/// `GET /v1/projections`: every version of every projection, and how far behind the log it is.
/// `POST` and `DELETE /v1/projections/{name}/replay`: rebuild one from the log, or stop rebuilding it.
struct ProjectionRoutes: Sendable {
    let authorizer: Authorizer
    let models: ReadModelReader
    let projector: Projector
    let replays: ReplayRunner

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/projections") { request, context in try await list(request, context) }
        router.post("/v1/projections/{name}/replay") { request, context in try await start(request, context) }
        router.delete("/v1/projections/{name}/replay") { request, context in try await cancel(request, context) }
    }

    private func list(_ request: Request, _ context: WaybillContext) async throws -> Response {
        _ = try await authorizer.authorize(request, context, to: .administration)
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
                        if let replay = projection.replay { writer.object("replay") { replay.write(to: &$0) } }
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

    private func start(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let name = try await admit(request, context)
        let progress: ReplayProgress
        do {
            progress = try await replays.start(name)
        } catch ReplayFailure.underWay {
            throw Problem(.replayUnderWay, "A replay of this projection is under way already.")
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
        let name = try await admit(request, context)
        return Response(status: try await replays.cancel(name) ? .noContent : .accepted)
    }

    private func admit(_ request: Request, _ context: WaybillContext) async throws -> String {
        _ = try await authorizer.authorize(request, context, to: .administration)
        _ = try QueryReader(request, known: [])
        let name = try context.parameters.require("name")
        guard ReadModels.named(name) != nil else { throw Problem.notFound }
        return name
    }
}

extension ReplayState {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.field("state", isRunning ? "running" : "interrupted")
        writer.field("startedAt", startedAt.rfc3339Micro)
        writer.share("progress", share)
        writer.field("eventsPerSecond", Int64(eventsPerSecond))
        if let secondsLeft { writer.seconds("secondsLeft", milliseconds: secondsLeft * 1000) }
    }
}

extension JSONWriter {
    /// A share of the whole, 0 … 1, in ten-thousandths.
    fileprivate mutating func share(_ name: StaticString, _ share: Double) {
        key(name)
        let (ones, rest) = Int64(share * 10_000).quotientAndRemainder(dividingBy: 10_000)
        value(.number(JSONNumber(text: "\(ones).\(String(String(10_000 + rest).dropFirst()))")))
    }
}
