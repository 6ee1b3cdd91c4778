-- All that is not a table.
DO $$
BEGIN
  CREATE ROLE dump_reader;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  CREATE ROLE "dump ""owner";
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
CREATE SCHEMA app AUTHORIZATION "dump ""owner";
CREATE TABLE app.orders (id serial PRIMARY KEY, customer text NOT NULL, amount numeric(10, 2), note text);
ALTER TABLE app.orders OWNER TO "dump ""owner";
INSERT INTO app.orders (customer, amount, note) SELECT 'customer ' || n % 7, n * 1.5, CASE WHEN n % 3 = 0 THEN NULL ELSE 'note ' || n END FROM generate_series(1, 500) n;
GRANT SELECT ON app.orders TO dump_reader;
GRANT UPDATE (note) ON app.orders TO dump_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE "dump ""owner" IN SCHEMA app GRANT SELECT ON TABLES TO dump_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "dump ""owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON app.orders FOR SELECT TO dump_reader USING (customer = current_user);
CREATE FUNCTION app.normal(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT SET search_path = app, pg_temp AS $$ SELECT lower(trim($1)) $$;
CREATE FUNCTION app.normal(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE INDEX by_normal ON app.orders (app.normal(customer));
CREATE INDEX partial ON app.orders (amount) WHERE note IS NOT NULL;
CREATE STATISTICS app.correlated ON customer, amount FROM app.orders;
CREATE FUNCTION app.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER told BEFORE UPDATE ON app.orders FOR EACH ROW WHEN (OLD.amount IS DISTINCT FROM NEW.amount) EXECUTE FUNCTION app.tell();
ALTER TABLE app.orders DISABLE TRIGGER told;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION app.watch();
CREATE PUBLICATION chosen FOR TABLE app.orders (id, customer) WHERE (id > 3);
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE PROCEDURE app.do_it(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END $$;
CREATE AGGREGATE app.longest(text) (SFUNC = textcat, STYPE = text);
CREATE OPERATOR app.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
CREATE CAST (int AS app.orders) WITH INOUT;
CREATE VIEW app.seen WITH (security_barrier) AS SELECT id, customer FROM app.orders WITH CHECK OPTION;
CREATE TEXT SEARCH CONFIGURATION app.words (COPY = simple);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nothing FOREIGN DATA WRAPPER nowhere;
CREATE USER MAPPING FOR dump_reader SERVER nothing OPTIONS (password 'x');
CREATE FOREIGN TABLE app.far_away (a int) SERVER nothing;
COMMENT ON TABLE app.orders IS 'it''s "quoted"; and \ has a backslash';
COMMENT ON COLUMN app.orders.note IS E'two\nlines';
SELECT lo_from_bytea(4000000001, decode(repeat('00ff5c2e0a', 100000), 'hex'));
SELECT lo_from_bytea(70001, '');
SELECT lo_from_bytea(70002, '\x01');
SELECT lo_from_bytea(70002 + n, convert_to(repeat('large object ' || n, n), 'UTF8')) FROM generate_series(1, 40) n;
ALTER LARGE OBJECT 70003 OWNER TO "dump ""owner";
GRANT SELECT ON LARGE OBJECT 70004 TO dump_reader;
COMMENT ON LARGE OBJECT 70005 IS 'a picture';
SELECT setval('app.orders_id_seq', 1000, false);
