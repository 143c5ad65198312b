import Testing

@testable import Orders

@Suite struct AllowedCommandsTests {
    private func allowed(_ state: Given, _ role: CallerRole = .backend) -> Set<CommandName> {
        Set(state.order.allowedCommands(for: role))
    }

    @Test func allowedCommandsFollowTheState() {
        #expect(allowed(given()) == [.placeOrder])
        #expect(
            allowed(given(placed()))
                == [.confirmOrder, .changeShipTo, .cancelOrder, .holdOrder, .reviseEta, .recordPayment, .addNote]
        )
        #expect(
            allowed(given(placed(), held("h")))
                == [.changeShipTo, .cancelOrder, .holdOrder, .releaseHold, .reviseEta, .recordPayment, .addNote]
        )
        #expect(
            allowed(given(placed(), confirmed, packed("p", a: 2, b: 3)))
                == [.changeShipTo, .holdOrder, .voidParcel, .reviseEta, .recordScan, .recordPayment, .addNote]
        )
        #expect(
            allowed(deliveredWhole)
                == [.holdOrder, .recordScan, .retractScan, .recordPayment, .requestReturn, .addNote, .closeOrder]
        )
        #expect(allowed(given(placed(), cancelled(a: 2, b: 3), orderCancelled)) == [.recordPayment, .addNote])
    }

    @Test func allowedCommandsAreThoseOfTheCallersRole() {
        #expect(allowed(deliveredWhole, .staff) == [.holdOrder, .retractScan, .requestReturn, .addNote, .closeOrder])
        #expect(allowed(given(), .staff).isEmpty)
        #expect(allowed(deliveredWhole, .operator).isEmpty && allowed(deliveredWhole, .customer).isEmpty)
    }
}
