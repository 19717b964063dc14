-- Every object of a book's schema that holds a promise, by kind and name, with its definition.
SELECT concat('trigger ', tgname) AS object, concat(pg_get_triggerdef(t.oid), tgenabled) AS definition
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid
WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT concat('constraint ', conname), concat(pg_get_constraintdef(oid), convalidated)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'
UNION ALL
SELECT concat('function ', proname), concat(prosrc, prosecdef, proconfig)
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT concat('view ', viewname), definition FROM pg_views WHERE schemaname = current_schema()
UNION ALL
SELECT concat('index ', indexname), indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT concat('rule ', rulename), definition FROM pg_rules WHERE schemaname = current_schema()
UNION ALL
SELECT concat('inheritor ', inhrelid::regclass), 'its rows would appear in ' || relname
FROM pg_inherits JOIN pg_class ON oid = inhparent WHERE relnamespace = current_schema()::regnamespace
UNION ALL
SELECT concat('column ', table_name, '.', column_name), concat(data_type, ' ', is_nullable, ' ', column_default)
FROM information_schema.columns WHERE table_schema = current_schema()
