import APIDescription
import Access
import EventStreams
import Hummingbird
import OrderAPI
import OrderLog
import Pages

/// The routes beside the API's own: its description, and the pages.
struct SiteRoutes {
    let source: PageSource
    let reader: LogReader
    let positionEncoder: PositionEncoder
    let publicURL: PublicURL
    let keys: KeySource

    func add(to router: Router<WaybillContext>, _ admission: APIRouter.Admission) throws {
        DescriptionRoutes().add(to: router)
        try PageRoutes(
            source: source,
            admission: admission,
            reader: reader,
            positionEncoder: positionEncoder,
            publicURL: publicURL,
            keys: keys
        ).add(to: router)
    }
}
