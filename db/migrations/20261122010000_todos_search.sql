-- migrate:up
-- Finds todos by any part of their text, and by the filters of the list:
-- docs/decisions/0012-search.md has the measurements.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';
-- Writers wait while the index is built: 9 s for a million todos. With less memory it takes longer.
set local maintenance_work_mem = '256MB';

-- Both extensions are trusted and come with Postgres. They may already exist, in any schema.
do $$
declare
  extension text;
begin
  foreach extension in array array['pg_trgm', 'unaccent'] loop
    continue when exists (select from pg_extension e where e.extname = extension);
    execute format('create extension %I', extension);
    execute format('comment on extension %I is %L', extension, 'created by the migration todos_search');
  end loop;
exception when insufficient_privilege or feature_not_supported or undefined_file then
  raise exception 'search needs the extensions pg_trgm and unaccent, which could not be created: %. Run '
    '"create extension pg_trgm; create extension unaccent" in this database as a role that may create them, '
    'and then run this again. Nothing was changed', sqlerrm;
end
$$;

do $$
declare
  trgm constant text := (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm');
  unaccent constant text := (select extnamespace::regnamespace from pg_extension where extname = 'unaccent');
begin
  -- A text without case and accents. unaccent() is not immutable, because its rules are a file: after changing it, run
  -- "reindex index todos_search". The cost keeps the planner from reading all todos when it could use the index: a call
  -- takes 2 µs.
  execute format(
    'create function searchable(value text) returns text '
      'language sql immutable strict parallel safe cost 1000 '
      'return lower(%1$s.unaccent(%2$L::regdictionary, value))',
    unaccent,
    unaccent || '.unaccent'
  );
  execute format('create index todos_search on todos using gin (searchable(task) %s.gin_trgm_ops)', trgm);
end
$$;

-- The "like" pattern of texts that contain the query. Wildcards are escaped last, because unaccent() turns full-width
-- characters into some.
create function search_pattern(query text) returns text
language sql immutable strict parallel safe
return '%' || regexp_replace(searchable(query), '([\\%_])', '\\\1', 'g') || '%';

-- Whether the index can help: the query has three letters or digits in a row, or the beginning or the end of a word.
create function has_trigram(query text) returns boolean
language sql immutable strict parallel safe
return searchable(query) ~ '[[:alnum:]]{3}|[^[:alnum:]][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]]';

-- How many of the newest todos a search reads without the index. A text that is in many todos is found there soonest.
-- When the index cannot help, a page reads no more than that.
create function search_window(query text) returns bigint
language sql immutable strict parallel safe
return case when has_trigram(query) then 3000 else 10000 end;

-- An indexed expression has no statistics until then.
analyze todos;

-- "Active" and "Completed", newest first, and the count of open todos.
create index todos_by_state on todos (is_complete, inserted_at desc, id desc);
-- "Mine".
create index todos_of_owner on todos (owner_id, inserted_at desc, id desc);
-- No query uses it any more.
drop index todos_open_by_owner;

-- migrate:down
-- A page that has locked one of these may wait for another. This gives up first, before deadlock_timeout, 1 s.
set local lock_timeout = '400ms';
create index todos_open_by_owner on todos (owner_id) where not is_complete;
drop index todos_of_owner, todos_by_state, todos_search;
drop function search_window(text), has_trigram(text), search_pattern(text), searchable(text);

do $$
declare
  extension text;
begin
  for extension in
    select e.extname
    from pg_extension e
    where obj_description(e.oid, 'pg_extension') = 'created by the migration todos_search'
  loop
    begin
      execute format('drop extension %I', extension);
    exception when dependent_objects_still_exist then
      perform pg_notify('migration', format('the extension %s stays, because something else uses it', extension));
    end;
  end loop;
end
$$;
