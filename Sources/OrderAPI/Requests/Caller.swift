package import Access
import EventStreams
package import OrderLog
package import Orders

/// The caller of a request, with the rights that follow from its token.
package struct Caller: Sendable {
    package let principal: Principal
    /// The hash of the session by which the caller came; nil for a bearer token.
    package var session: [UInt8]?

    package var audience: Audience { principal.role == .customer ? .customer : .staff }

    /// The role whose commands an order or a refusal lists as allowed.
    package var commandRole: CallerRole {
        switch principal.role {
        case .backend: .backend
        case .staff: .staff
        case .operator: .operator
        case .customer: .customer
        }
    }

    /// The token's shops; nil for all.
    package var shops: Set<String>? {
        switch principal.shops {
        case .all: nil
        case .names(let names): names
        }
    }

    /// The caller whose open streams are counted: a customer. The others share all places.
    var streamCaller: StreamCaller? {
        guard principal.role == .customer, let shop = shops?.first else { return nil }
        return .customer(CustomerKey(shop: shop, customer: principal.subject))
    }

    /// The orders that the caller may read.
    package var scope: ReadScope {
        ReadScope(shops: shops?.sorted(), customer: principal.role == .customer ? principal.subject : nil)
    }

    /// The orders that the caller may read, in these shops only; in all of the token's where the list is empty.
    ///
    /// - Throws: `Problem` 400 for a text that is no shop's name, and 404 for a shop that is not the token's.
    func scope(narrowedTo shops: [String]) throws -> ReadScope {
        guard !shops.isEmpty else { return scope }
        guard shops.allSatisfy(ShopScope.isShopName) else { throw Problem.noShopName }
        guard shops.allSatisfy(principal.mayAct(inShop:)) else { throw Problem.notFound }
        return ReadScope(shops: shops, customer: scope.customer)
    }

    /// The caller as it shares memory, disk space and reads with others. Issuers may give several people one subject.
    var holder: SharedBudget.Holder {
        SharedBudget.Holder(
            caller: "\(actor)\t\(principal.issuer)",
            shops: shops?.sorted().joined(separator: ",") ?? "*"
        )
    }

    /// The caller's name in the log: `role:subject`.
    package var actor: String { "\(principal.role.rawValue):\(principal.subject)" }
}
