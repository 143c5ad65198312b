-- The version of the order that a row of the list reflects. The row's state may be that of an earlier version, since a
-- large state is not written with every event: the state names its own version, and readers fold the events in between.
-- Null in rows of processes of the version before, which write a whole state each time.
alter table order_list add column version int;
