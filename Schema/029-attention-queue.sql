-- The attention queue moves to the order list, which folds the whole order and knows every reason. `attention_since` is the
-- time of the event since which the order needs attention without a break, null where it needs none.
alter table order_list_keys
    add column attention_since timestamptz,
    add column attention_reasons text[] not null default '{}';

-- Newest first: of all orders, and of each shop.
create index order_list_attention_since on order_list_keys (attention_since desc, order_id desc)
    where attention_since is not null;
create index order_list_shop_attention_since on order_list_keys (shop, attention_since desc, order_id desc)
    where attention_since is not null;

-- The queue as it was known until the list is built again.
update order_list_keys k set
    attention_since = s.attention_since,
    attention_reasons =
        case when s.status = 'attention' then array[coalesce(s.trouble, s.status)] else '{}'::text[] end
        || array(
            select substr(t.anomaly, strpos(t.anomaly, ':') + 1)
            from unnest(s.anomalies) with ordinality t (anomaly, place) order by t.place)
from stats_orders s
where s.order_id = k.order_id and s.attention_since is not null and k.attention
    and s.model_version = (select version from projection_active where name = 'stats')
    and k.model_version = (select version from projection_active where name = 'orders');

-- The statistics keep the headline alone. Processes of the version before still write the other columns, and are replaced
-- one after another. A later migration drops them, with the index `stats_attention`.
alter table stats_orders
    alter column number set default '',
    alter column anomalies set default '{}';
