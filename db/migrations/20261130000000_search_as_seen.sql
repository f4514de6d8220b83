-- migrate:up
-- Search finds what is on the screen, however it was typed and whatever the database's locale.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';
set local maintenance_work_mem = '256MB';

-- It holds what the old function returned.
drop index todos_search;

do $$
declare
  unaccent constant text := (select extnamespace::regnamespace from pg_extension where extname = 'unaccent');
  -- In the locale C, lower() knows ASCII only. Postgres 17 has the first of these, builds with ICU the second.
  letters constant text := (
    select format('%I.%I', collnamespace::regnamespace, collname)
    from pg_collation
    where collname in ('pg_c_utf8', 'und-x-icu', 'C.utf8', 'default')
    order by array_position(array['pg_c_utf8', 'und-x-icu', 'C.utf8', 'default'], collname::text)
    limit 1
  );
  -- Marks above and below letters, vowel points, and what has no shape of its own: soft hyphens, joiners, directions,
  -- variations. The marks of kana and of Indian scripts stay: with them it is another letter.
  unseen constant text := '[\u00AD\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061C'
    '\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u115F\u1160\u17B4\u17B5\u180B-\u180F'
    '\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u202A-\u202E\u2060-\u206F\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF'
    '\uFFF0-\uFFFB\U000E0000-\U000E0FFF]+';
begin
  -- A text without case, accents and unseen characters, and with one space wherever there is white space. Taken apart
  -- (NFKD) to remove marks, then put together again (NFKC), so that か does not find が. A sigma at the end of a word is
  -- the same letter. unaccent() knows letters without a decomposition, such as ø. It is not immutable, because its rules
  -- are a file: after changing it, run "reindex index todos_search". The cost keeps the planner from reading all todos
  -- when it could use the index. A call takes 5 µs for ASCII with single spaces, as before, and 15 for the rest.
  execute format(
    'create or replace function searchable(value text) returns text '
      'language sql immutable strict parallel safe cost 1000 return case '
      'when value !~ ''[^!-~]{2}|[^ -~]'' then lower(value collate %4$s) '
      'else translate(lower(%1$s.unaccent(%2$L::regdictionary, '
      'normalize(regexp_replace(regexp_replace(normalize(value, NFKD), %3$L, '''', ''g''), ''\s+'', '' '', ''g''), NFKC)'
      ') collate %4$s), ''ς'', ''σ'') end',
    unaccent,
    unaccent || '.unaccent',
    unseen,
    letters
  );
  execute format(
    'create index todos_search on todos using gin (searchable(task) %s.gin_trgm_ops)',
    (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm')
  );
end
$$;

-- An indexed expression has no statistics until then.
analyze todos;

-- migrate:down
set local lock_timeout = '400ms';
drop index todos_search;

do $$
declare
  unaccent constant text := (select extnamespace::regnamespace from pg_extension where extname = 'unaccent');
begin
  execute format(
    'create or replace function searchable(value text) returns text '
      'language sql immutable strict parallel safe cost 1000 '
      'return lower(%1$s.unaccent(%2$L::regdictionary, value))',
    unaccent,
    unaccent || '.unaccent'
  );
  execute format(
    'create index todos_search on todos using gin (searchable(task) %s.gin_trgm_ops)',
    (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm')
  );
end
$$;
