import Access
import Testing

@Suite struct PrincipalTests {
    private func principal(_ role: Role, _ shops: [String], subject: String = "x") throws -> Principal {
        try Principal(role: role, subject: subject, shops: ShopScope(claim: shops), expiresAt: noon)
    }

    @Test(arguments: Role.allCases) func everyShopIsForStaffAndOperatorsOnly(role: Role) throws {
        if role == .staff || role == .operator {
            #expect(try principal(role, ["*"]).mayAct(inShop: "anything"))
        } else {
            #expect(throws: AccessError.self) { try principal(role, ["*"]) }
        }
    }

    @Test func aCustomerHasExactlyOneShop() throws {
        #expect(try principal(.customer, ["demo"]).shops == .names(["demo"]))
        #expect(throws: AccessError.invalidClaims("a customer has exactly one shop")) {
            try principal(.customer, ["demo", "other"])
        }
        #expect(try principal(.backend, ["demo", "other"]).mayAct(inShop: "other"))
    }

    @Test(arguments: [
        [], [""], ["Demo"], ["a b"], ["a,b"], ["*", "demo"], [String(repeating: "a", count: 64)], ["dé"],
    ])
    func badShopsAreRefused(shops: [String]) {
        #expect(throws: AccessError.self) { try ShopScope(claim: shops) }
    }

    @Test func theLongestShopNameIsAccepted() throws {
        #expect(try ShopScope(claim: [String(repeating: "9", count: 63)]).contains(String(repeating: "9", count: 63)))
    }

    @Test func shopsOnTheCommandLineAreANameAListOrAStar() throws {
        #expect(try ShopScope(text: "demo") == .names(["demo"]))
        #expect(try ShopScope(text: "demo,other") == .names(["demo", "other"]))
        #expect(try ShopScope(text: "*") == .all)
        #expect(throws: AccessError.self) { try ShopScope(text: "demo,") }
        #expect(throws: AccessError.self) { try ShopScope(text: "") }
    }

    @Test(arguments: ["", "a\0b", "a\nb", "a\u{85}b", String(repeating: "a", count: 256)])
    func badSubjectsAreRefused(subject: String) {
        #expect(throws: AccessError.self) { try principal(.customer, ["demo"], subject: subject) }
    }

    @Test func aSubjectOf255CharactersIsAccepted() throws {
        let subject = String(repeating: "é", count: 255)
        #expect(try principal(.customer, ["demo"], subject: subject).subject == subject)
    }

    @Test func aCustomerOwnsWhatIsOfItsShopAndSubject() throws {
        let customer = try principal(.customer, ["demo"], subject: "cust-1")
        #expect(customer.owns(shop: "demo", customer: "cust-1"))
        #expect(!customer.owns(shop: "other", customer: "cust-1"))
        #expect(!customer.owns(shop: "demo", customer: "cust-2"))
        #expect(!customer.maySee(shop: "demo", customer: "cust-2"))
        let staff = try principal(.staff, ["demo"], subject: "cust-1")
        #expect(!staff.owns(shop: "demo", customer: "cust-1"))
        #expect(staff.maySee(shop: "demo", customer: "cust-2"))
        #expect(!staff.maySee(shop: "other", customer: "cust-1"))
    }

    @Test func canonicallyEquivalentSubjectsAreDifferentCustomers() throws {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(try !principal(.customer, ["demo"], subject: composed).owns(shop: "demo", customer: decomposed))
    }
}
