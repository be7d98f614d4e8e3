-- The state of a database, with psql: three columns a line, collection, key (NULL without a primary key) and row.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- What there is besides rows: a definition for each name.
WITH spaces AS (
    SELECT oid, CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END AS prefix
    FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
    SELECT c.oid, c.relkind, c.relacl, c.relowner, c.relrowsecurity, s.prefix || c.relname AS name
    FROM pg_class c JOIN spaces s ON s.oid = c.relnamespace
), things (name, definition) AS (
    SELECT format('table %s', name),
        format('owner %s, rights %s, row security %s', relowner::regrole, relacl, relrowsecurity)
    FROM relations WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT format('column %s.%s', r.name, a.attname),
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
            'default ' || pg_get_expr(d.adbin, d.adrelid), NULLIF('identity ' || a.attidentity::text, 'identity '),
            NULLIF('generated ' || a.attgenerated::text, 'generated '))
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s.%s', r.name, k.conname), pg_get_constraintdef(k.oid)
    FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid
    UNION ALL
    SELECT format('index %s', name), pg_get_indexdef(oid) FROM relations WHERE relkind IN ('i', 'I')
    UNION ALL
    SELECT format('view %s', name), pg_get_viewdef(oid) FROM relations WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT format('sequence %s', name), format('owner %s, rights %s', relowner::regrole, relacl)
    FROM relations WHERE relkind = 'S'
    UNION ALL
    SELECT format('trigger %s.%s', r.name, t.tgname), format('%s (%s)', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('policy %s.%s', r.name, p.polname),
        format('%s %s using %s check %s', p.polcmd, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT format('function %s%s(%s)', s.prefix, f.proname, pg_get_function_identity_arguments(f.oid)),
        CASE WHEN f.prokind IN ('f', 'p') THEN pg_get_functiondef(f.oid) ELSE f.prokind::text END
    FROM pg_proc f JOIN spaces s ON s.oid = f.pronamespace
    UNION ALL
    SELECT format('type %s%s', s.prefix, t.typname),
        concat_ws(' ', t.typtype, NULLIF(t.typbasetype, 0)::regtype::text,
            (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
             FROM pg_enum e WHERE e.enumtypid = t.oid))
    FROM pg_type t JOIN spaces s ON s.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT format('schema %s', n.nspname), format('owner %s, rights %s', n.nspowner::regrole, n.nspacl)
    FROM pg_namespace n JOIN spaces s ON s.oid = n.oid
)
SELECT '_schema', name, json_build_object('definition', definition) FROM things ORDER BY name;

-- The rows of each table; those of a partition are its table's.
SELECT format(
    'SELECT %L, %s, row_to_json(t) FROM %s %I.%I t',
    CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
    COALESCE(k.key, 'NULL'), CASE c.relkind WHEN 'r' THEN 'ONLY' ELSE '' END, n.nspname, c.relname)
FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
        SELECT CASE count(*) WHEN 1 THEN min(format('t.%I::text', a.attname))
            ELSE format('json_build_array(%s)', string_agg(format('t.%I', a.attname), ', ' ORDER BY p.place)) END AS key
        FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS p (number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.number
        WHERE i.indrelid = c.oid AND i.indisprimary
        GROUP BY i.indexrelid
    ) k ON TRUE
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname
\gexec
COMMIT;
