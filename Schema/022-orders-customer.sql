-- A customer's orders, for its stream: what it begins with, and which of them changed since. All three columns stay as they
-- are for an order's whole life, so updates stay HOT; an order costs one entry, whatever happens to it.
create index orders_customer on orders (shop, customer, order_id);
