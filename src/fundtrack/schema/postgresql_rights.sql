-- Rights in a book's schema that the release does not give: who, which right, on what.
SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type, relname::text
FROM pg_class, aclexplode(relacl)
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND grantee <> relowner AND privilege_type <> 'SELECT'
    AND NOT (privilege_type = 'INSERT'
        AND relname IN (INSERTED_BY_CLERKS))
UNION ALL
SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type, concat('FUNCTION ', proname)
FROM pg_proc, aclexplode(COALESCE(proacl, acldefault('f', proowner)))
WHERE pronamespace = quote_ident(current_schema())::regnamespace AND grantee <> proowner AND proname <> 'take_turn'
