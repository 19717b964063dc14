-- Every object of a book's schema that holds a promise, by kind and name, with its definition. The catalogues are read
-- directly: `information_schema` and `pg_indexes` ask for rights and owners too, and cost more than all of the rest.
WITH relation AS (
    SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = current_schema()::regnamespace
)
SELECT concat('trigger ', tgname) AS object, concat(pg_get_triggerdef(t.oid), tgenabled) AS definition
FROM pg_trigger AS t JOIN relation AS r ON r.oid = tgrelid WHERE NOT tgisinternal
UNION ALL
SELECT concat('constraint ', conname), concat(pg_get_constraintdef(oid), convalidated)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'
UNION ALL
SELECT concat('function ', proname), concat(prosrc, prosecdef, replace(proconfig::text, current_schema(), ''))
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT concat('view ', relname), pg_get_viewdef(oid) FROM relation WHERE relkind = 'v'
UNION ALL
SELECT concat('index ', relname), pg_get_indexdef(indexrelid)
FROM pg_index JOIN relation AS r ON r.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT concat('rule ', rulename), pg_get_ruledef(w.oid)
FROM pg_rewrite AS w JOIN relation AS r ON r.oid = ev_class WHERE rulename <> '_RETURN'
UNION ALL
SELECT concat('inheritor ', inhrelid::regclass), concat('its rows would appear in ', relname)
FROM pg_inherits JOIN relation AS r ON r.oid = inhparent
UNION ALL
SELECT concat('column ', relname, '.', attname),
    concat(format_type(atttypid, atttypmod), ' ', attnotnull, ' ', attcollation, ' ', pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN relation AS r ON r.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind = 'r'
