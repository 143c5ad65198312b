/// The key of a shop's customer. The same customer name at another shop is another customer.
package struct CustomerKey: Sendable, Hashable {
    package let shop: String
    package let customer: String

    package init(shop: String, customer: String) {
        self.shop = shop
        self.customer = customer
    }

    /// The scope of reads for this customer: the customer's own orders.
    package var scope: ReadScope { ReadScope(shops: [shop], customer: customer) }
}
