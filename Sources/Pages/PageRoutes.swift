package import Access
package import EventStreams
package import Hummingbird
package import OrderAPI
package import OrderLog

/// The routes of all pages and their assets.
package struct PageRoutes: Sendable {
    /// The paths that show pages and are no part of the API.
    package static let paths = Set(
        AssetRoutes.paths + StaffRoutes.paths + OperatorRoutes.paths + DocsRoutes.paths + ["/"]
    )

    private let notFound: NotFoundMiddleware
    private let assets: AssetRoutes
    private let home: HomeRoutes
    private let staff: StaffRoutes
    private let operators: OperatorRoutes
    private let docs: DocsRoutes
    private let track: TrackRoutes

    package init(
        source: PageSource,
        admission: APIRouter.Admission,
        reader: LogReader,
        positionEncoder: PositionEncoder,
        publicURL: PublicURL,
        keys: KeySource
    ) throws {
        let renderer = PageRenderer(source: source)
        notFound = NotFoundMiddleware(renderer: renderer)
        assets = AssetRoutes(source: source)
        home = try HomeRoutes(renderer: renderer, publicURL: publicURL, keys: keys)
        staff = try StaffRoutes(renderer: renderer, keys: keys)
        operators = try OperatorRoutes(renderer: renderer, keys: keys)
        docs = try DocsRoutes(renderer: renderer)
        track = TrackRoutes(
            renderer: renderer,
            opener: admission.links,
            reader: reader,
            positionEncoder: positionEncoder
        )
    }

    package func add(to router: Router<WaybillContext>) {
        assets.add(to: router)
        home.add(to: router)
        staff.add(to: router)
        operators.add(to: router)
        docs.add(to: router)
        track.add(to: router)
        router.add(middleware: notFound)
    }
}
