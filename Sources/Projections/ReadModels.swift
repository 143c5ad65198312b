/// The read models of this version of Waybill. A new model is added to `all`, and to nothing else in Swift.
package enum ReadModels {
    /// Every read model, in the order in which commands and pages list them.
    package static let all: [any VerifiableModel] = [CurrentModel(), OrderListModel(), StatsModel()]

    /// The read models that a projector keeps up to date.
    package static let followed: [any ReadModel] = all.filter { !$0.isWrittenByAppender }

    /// The session settings of connections that write read models: the layouts that this version of Waybill knows, for
    /// the trigger `projection_fence`.
    static let sessionSettings = [
        "waybill.layouts": all.map { "\($0.name):\($0.layout)" }.joined(separator: ",")
    ]

    /// The read model of a name; nil when there is none.
    package static func named(_ name: String) -> (any VerifiableModel)? { all.first { $0.name == name } }
}
