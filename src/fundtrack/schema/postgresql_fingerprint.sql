-- Every object of a book's schema that holds a promise, by kind and name, with its definition. The catalogues are read
-- directly: `information_schema` and `pg_indexes` ask for rights and owners too, and cost more than all of the rest.
-- Definitions are asked for in the pretty form because it leaves out the schema, which is another in every book.
WITH here AS (
    SELECT quote_ident(current_schema())::regnamespace AS schema
), relation AS (
    SELECT pg_class.* FROM pg_class JOIN here ON relnamespace = schema
)
SELECT concat('trigger ', tgname, ' on ', relname) AS object,
    concat(pg_get_triggerdef(t.oid, true), tgenabled) AS definition
FROM pg_trigger AS t JOIN relation AS r ON r.oid = tgrelid WHERE NOT tgisinternal
UNION ALL -- a key is held by hidden triggers, which a superuser may switch off
SELECT concat('constraint ', conname, ' on ', relname), concat(pg_get_constraintdef(c.oid, true), convalidated,
    (SELECT string_agg(tgenabled::text, '' ORDER BY tgfoid) FROM pg_trigger WHERE tgconstraint = c.oid))
FROM pg_constraint AS c JOIN relation AS r ON r.oid = conrelid WHERE contype <> 'n'
UNION ALL
SELECT concat('function ', proname, '(', pg_get_function_identity_arguments(p.oid), ')'),
    concat(prosrc, prosecdef, replace(array_to_string(proconfig, ' '), concat('"', current_schema(), '"'), ''))
FROM pg_proc AS p JOIN here ON pronamespace = schema
UNION ALL
SELECT concat('table ', relname), concat(relkind, relpersistence, relrowsecurity, relforcerowsecurity)
FROM relation WHERE relkind NOT IN ('v', 'i')
UNION ALL
SELECT concat('policy ', polname, ' on ', relname), concat(polcmd, polpermissive, polroles::regrole[],
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
FROM pg_policy JOIN relation AS r ON r.oid = polrelid
UNION ALL
SELECT concat('view ', relname), pg_get_viewdef(oid) FROM relation WHERE relkind = 'v'
UNION ALL
SELECT concat('index ', relname), pg_get_indexdef(indexrelid, 0, true)
FROM pg_index JOIN relation AS r ON r.oid = indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT concat('rule ', rulename, ' on ', relname), pg_get_ruledef(w.oid, true)
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
