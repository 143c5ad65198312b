import Testing

@testable import Orders

@Suite struct AllowedCommandsTests {
    /// The commands that every order takes, in every lifecycle.
    private let always: Set<CommandName> = [.recordPayment, .receiveReturn, .adjustTotal, .setMetadata, .addNote]

    private func allowed(_ state: Given, _ role: CallerRole = .backend) -> Set<CommandName> {
        Set(state.order.allowedCommands(for: role))
    }

    @Test func allowedCommandsFollowTheState() {
        #expect(allowed(given()) == [.placeOrder])
        #expect(
            allowed(given(placed()))
                == always.union([.confirmOrder, .editOrder, .changeShipTo, .cancelOrder, .holdOrder, .reviseEta])
        )
        #expect(
            allowed(given(placed(), held("h")))
                == always.union([.editOrder, .changeShipTo, .cancelOrder, .holdOrder, .releaseHold, .reviseEta])
        )
        #expect(
            allowed(given(placed(), confirmed, packed("p", a: 2, b: 3)))
                == always.union([
                    .editOrder, .changeShipTo, .holdOrder, .voidParcel, .setTracking, .reviseEta, .recordScan,
                    .reportShortage,
                ])
        )
        #expect(
            allowed(deliveredWhole)
                == always.union([
                    .editOrder, .changeShipTo, .holdOrder, .setTracking, .recordScan, .retractScan, .reportShortage,
                    .retractPayment, .requestReturn, .closeOrder,
                ])
        )
        #expect(allowed(given(placed(), cancelled(a: 2, b: 3), orderCancelled)) == always)
    }

    @Test func aClosedOrderTakesWhatSettlesIt() throws {
        let back = try Given.deliveredLamps.after(.close, .scan("p", "r", .returning, 30), .scan("p", "b", .lost, 40))
        #expect(
            allowed(back)
                == always.union([
                    .cancelOrder, .setTracking, .recordScan, .retractScan, .reportShortage, .retractPayment,
                    .resolveAnomaly, .reopenOrder,
                ])
        )
    }

    @Test func aParcelUnderWayIsEndedByTheShop() throws {
        #expect(try allowed(Given.sentLamps).isSuperset(of: [.endParcel, .voidParcel, .recordScan]))
        #expect(try !allowed(Given.packedLamps).contains(.endParcel))
        #expect(try allowed(Given.packedLamps).contains(.dispatchParcel))
    }

    @Test func aReturnUnderWayIsEnded() throws {
        let asked = try Given.deliveredLamps.after(.requestReturn("r", ["a": 1]))
        #expect(allowed(asked).isSuperset(of: [.decideReturn, .cancelReturn, .receiveReturn]))
        #expect(try !allowed(asked.after(.approve("r"))).contains(.decideReturn))
    }

    @Test func allowedCommandsAreThoseOfTheCallersRole() {
        #expect(
            allowed(deliveredWhole, .staff) == [
                .receiveReturn, .adjustTotal, .setMetadata, .addNote, .editOrder, .changeShipTo, .holdOrder,
                .setTracking, .retractScan, .reportShortage, .requestReturn, .closeOrder,
            ]
        )
        #expect(allowed(given(), .staff).isEmpty)
        #expect(allowed(deliveredWhole, .operator).isEmpty && allowed(deliveredWhole, .customer).isEmpty)
    }
}
