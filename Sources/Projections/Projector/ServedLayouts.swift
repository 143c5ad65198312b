import OrderLog
import Postgres

/// The layouts of the served versions of the read models.
///
/// A version that a former version of Waybill has built goes on being served and followed, and its new rows are of
/// today's layout; the others stay as they are until the model is built again.
struct ServedLayouts: Sendable {
    private let layouts: [String: Int]

    static let select = PostgresQuery(
        """
        select a.name, p.layout from projection_active a
        join projections p on p.name = a.name and p.version = a.version
        """
    )

    /// Decodes the rows of `select`.
    init(_ rows: PostgresResult) throws {
        let (name, layout) = try (rows.column("name", as: String.self), rows.column("layout", as: Int32.self))
        layouts = try rows.reduce(into: [:]) { $0[try $1.get(name)] = Int(try $1.get(layout)) }
    }

    /// The difference between a model's served layout and the one that this version of Waybill writes; nil for none.
    func difference(of model: some ReadModel) -> LayoutDifference? {
        guard let served = layouts[model.name], served != model.layout else { return nil }
        return LayoutDifference(name: model.name, served: served, current: model.layout)
    }

    /// The models that a former version of Waybill has built.
    var outdated: [String] {
        ReadModels.all.filter { model in difference(of: model).map { $0.isFormer } ?? false }.map(\.name)
    }

    /// Sets the layout of a version whose rows are all written by this version of Waybill.
    static func set(_ layout: Int, of model: String, version: Int) -> PostgresQuery {
        PostgresQuery(
            "update projections set layout = $3 where name = $1 and version = $2",
            [model, Int32(version), Int32(layout)]
        )
    }
}
