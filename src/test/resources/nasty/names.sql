-- Names that nobody should use, and somebody does.
CREATE SCHEMA "a""b";
CREATE SCHEMA "with space";
CREATE SCHEMA "COPY public.t (a) FROM stdin;";
CREATE TABLE "a""b"."c.d" ("e""f" int PRIMARY KEY, "g, h" text, "(i)" text, "j
k" text);
INSERT INTO "a""b"."c.d" SELECT n, 'v' || n, '\.', E'\\.' || n FROM generate_series(1, 20) n;
CREATE TABLE "with space"."new
line" (id serial PRIMARY KEY, "tab	column" text);
INSERT INTO "with space"."new
line" ("tab	column") SELECT E'a\tb\nc\rd\\e' || n FROM generate_series(1, 20) n;
CREATE TABLE "COPY public.t (a) FROM stdin;"."back\slash" ("quote'd" text, "back\column" text);
INSERT INTO "COPY public.t (a) FROM stdin;"."back\slash" VALUES (E'\\.', E'\\N'), (NULL, ''), ('\N', E'\b\f\v');
CREATE TABLE "häßlich_日本語_🐘" ("spalte_ö" text, "列" int);
INSERT INTO "häßlich_日本語_🐘" VALUES ('ö日本🐘', 1), (NULL, NULL);
CREATE TABLE "select" ("from" int, "where" text);
INSERT INTO "select" VALUES (1, 'x'), (2, NULL);
CREATE TABLE UPPER_lower ("Column" int, column2 int);
INSERT INTO UPPER_lower VALUES (1, 2);
CREATE TABLE "$1" ("_$" int);
INSERT INTO "$1" VALUES (7);
CREATE TABLE "-- Name: x; Type: TABLE" (a int);
INSERT INTO "-- Name: x; Type: TABLE" VALUES (1);
COMMENT ON TABLE "select" IS 'COPY public.t (a) FROM stdin;
1
\.
';
-- Function bodies that look like a dump.
CREATE FUNCTION looks_like_a_dump() RETURNS text LANGUAGE plpgsql AS $f$
BEGIN
RETURN $$
COPY public."select" ("from", "where") FROM stdin;
1	fake
\.
SELECT pg_catalog.lo_open('1', 131072);
SELECT pg_catalog.setval('public.fake', 1, true);
-- PostgreSQL database dump complete
$$;
END $f$;
CREATE FUNCTION atomic_body() RETURNS int LANGUAGE sql
BEGIN ATOMIC
SELECT 1; SELECT setval('"with space"."new
line_id_seq"', 3, true); SELECT 2;
END;
CREATE VIEW "view;
COPY public.t (a) FROM stdin;" AS SELECT 'it''s; -- not' || E'\\''' AS "a;b";
CREATE RULE two_things AS ON INSERT TO "$1" DO ALSO (UPDATE "select" SET "from" = 3 WHERE false; DELETE FROM "select" WHERE false);
CREATE SEQUENCE "se'q""uence" START 5 INCREMENT -2 MINVALUE -100 MAXVALUE 10;
SELECT nextval('"se''q""uence"'), nextval('"se''q""uence"');
CREATE SEQUENCE never_called;
