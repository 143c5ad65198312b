-- The order list finds carriers without regard to case, and tracking numbers by their letters and digits alone. The keys
-- hold both in the form that is compared; each once, in the order in which they stood.
update order_list_keys k set
    carriers = array(
        select c.carrier from (
            select lower(t.carrier collate "C") as carrier, min(t.place) as place
            from unnest(k.carriers) with ordinality t (carrier, place) group by 1) c
        order by c.place),
    tracking_numbers = array(
        select n.number_key from (
            select tracking_number_key(t.number) as number_key, min(t.place) as place
            from unnest(k.tracking_numbers) with ordinality t (number, place) group by 1) n
        where n.number_key is not null
        order by n.place)
where cardinality(k.carriers) > 0 or cardinality(k.tracking_numbers) > 0;
