import Access
import OrderLog
import Orders

/// Who asks, and what that means for reading and writing.
struct Caller: Sendable {
    let principal: Principal

    var audience: Audience { principal.role == .customer ? .customer : .staff }

    /// Whose commands a refusal or an order offers.
    var commandRole: CallerRole {
        switch principal.role {
        case .backend: .backend
        case .staff: .staff
        case .operator: .operator
        case .customer: .customer
        }
    }

    /// The token's shops; nil for all.
    var shops: Set<String>? {
        switch principal.shops {
        case .all: nil
        case .names(let names): names
        }
    }

    var scope: ReadScope {
        ReadScope(shops: shops?.sorted(), customer: principal.role == .customer ? principal.subject : nil)
    }

    /// As the log names it.
    var actor: String { "\(principal.role.rawValue):\(principal.subject)" }
}
