-- The tables of a ledger on PostgreSQL, version 1.

create table questgraph_ledger (version integer not null);

create table questgraph_calls (
    key text collate "C" primary key,
    model text not null,
    request bytea not null,         -- JSON, zlib
    reply bytea not null,           -- UTF-8; `text` takes neither NUL nor half a surrogate pair
    finish text not null,
    prompt_tokens bigint not null,
    cached_tokens bigint not null,
    completion_tokens bigint not null,
    seconds double precision not null,
    attempts integer not null,
    tokens text not null default '',  -- JSON; empty unless their probabilities were asked for
    created timestamptz not null default now()
);

-- Compressed already.
alter table questgraph_calls alter column request set storage external;

-- One row.
create table questgraph_spending (
    settled_calls bigint not null default 0,
    settled_tokens bigint not null default 0,
    settled_nanos bigint not null default 0,
    reserved_calls bigint not null default 0,
    reserved_tokens bigint not null default 0,
    reserved_nanos bigint not null default 0
);
insert into questgraph_spending default values;

create table questgraph_reservations (
    name text collate "C" primary key,
    calls bigint not null,
    tokens bigint not null,
    nanos bigint not null
);

-- The last commit of each writer, by which it knows whether it came through.
create table questgraph_commits (id uuid primary key, at timestamptz not null default now());

-- Settle costs, end reservations, and make those that the caps allow, each by itself.
create function questgraph_account(
    spent bigint[],         -- calls, tokens, nanos
    ended text[],
    names text[], calls bigint[], tokens bigint[], nanos bigint[],
    most_calls bigint[], most_tokens bigint[], most_nanos bigint[]
) returns void language plpgsql as $$
declare
    now_ questgraph_spending;
    freed record;
begin
    -- Whoever holds this row has all reservations to himself until his transaction ends.
    select * into strict now_ from questgraph_spending for update;

    with gone as (delete from questgraph_reservations where name = any (ended) returning *)
    select coalesce(sum(gone.calls), 0) as calls, coalesce(sum(gone.tokens), 0) as tokens,
        coalesce(sum(gone.nanos), 0) as nanos
    into freed from gone;
    now_.settled_calls := now_.settled_calls + spent[1];
    now_.settled_tokens := now_.settled_tokens + spent[2];
    now_.settled_nanos := now_.settled_nanos + spent[3];
    now_.reserved_calls := now_.reserved_calls - freed.calls;
    now_.reserved_tokens := now_.reserved_tokens - freed.tokens;
    now_.reserved_nanos := now_.reserved_nanos - freed.nanos;

    for i in 1 .. cardinality(names) loop
        continue when now_.settled_calls + now_.reserved_calls + calls[i] > most_calls[i]
            or now_.settled_tokens + now_.reserved_tokens + tokens[i] > most_tokens[i]
            or now_.settled_nanos + now_.reserved_nanos + nanos[i] > most_nanos[i];
        insert into questgraph_reservations values (names[i], calls[i], tokens[i], nanos[i])
            on conflict do nothing;
        continue when not found;
        now_.reserved_calls := now_.reserved_calls + calls[i];
        now_.reserved_tokens := now_.reserved_tokens + tokens[i];
        now_.reserved_nanos := now_.reserved_nanos + nanos[i];
    end loop;

    update questgraph_spending set
        settled_calls = now_.settled_calls,
        settled_tokens = now_.settled_tokens,
        settled_nanos = now_.settled_nanos,
        reserved_calls = now_.reserved_calls,
        reserved_tokens = now_.reserved_tokens,
        reserved_nanos = now_.reserved_nanos;
end $$;
