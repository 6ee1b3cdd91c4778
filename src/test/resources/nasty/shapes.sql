-- Tables of uncommon shapes.
CREATE TABLE nothing_in_it (id int, t text);
CREATE TABLE no_columns ();
INSERT INTO no_columns SELECT FROM generate_series(1, 7);
CREATE TABLE all_dropped (a int, b text);
INSERT INTO all_dropped VALUES (1, 'x'), (2, 'y');
ALTER TABLE all_dropped DROP a, DROP b;
CREATE TABLE only_generated (g int GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO only_generated SELECT FROM generate_series(1, 5);
CREATE TABLE generated (id int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED, b text);
INSERT INTO generated (a, b) SELECT n, 'b' || n FROM generate_series(1, 50) n;
ALTER TABLE generated DROP COLUMN b;
ALTER TABLE generated ADD COLUMN c text DEFAULT 'added later';
CREATE TABLE dropped_in_the_middle (a int, b int, c int);
INSERT INTO dropped_in_the_middle SELECT n, n, n FROM generate_series(1, 10) n;
ALTER TABLE dropped_in_the_middle DROP COLUMN b;
CREATE TABLE hen (id int PRIMARY KEY, egg int);
CREATE TABLE egg (id int PRIMARY KEY, hen int REFERENCES hen DEFERRABLE INITIALLY DEFERRED);
INSERT INTO hen SELECT n, n FROM generate_series(1, 10) n;
INSERT INTO egg SELECT n, 11 - n FROM generate_series(1, 10) n;
ALTER TABLE hen ADD CONSTRAINT from_egg FOREIGN KEY (egg) REFERENCES egg DEFERRABLE;
CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
INSERT INTO tree VALUES (3, NULL), (1, 3), (2, 1);
CREATE UNLOGGED TABLE unlogged (a int);
INSERT INTO unlogged SELECT generate_series(1, 30);
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS hens FROM hen;
CREATE MATERIALIZED VIEW counted_again AS SELECT hens + 1 AS more FROM counted;
CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA;
DO $$
BEGIN
  EXECUTE 'CREATE TABLE wide (' || (SELECT string_agg('c' || n || ' int', ', ') FROM generate_series(1, 1600) n) || ')';
  EXECUTE 'INSERT INTO wide SELECT ' || (SELECT string_agg('n + ' || n, ', ') FROM generate_series(1, 1600) n) || ' FROM generate_series(1, 3) n';
END $$;
CREATE TABLE heavy (id int, t text);
ALTER TABLE heavy ALTER t SET STORAGE EXTERNAL;
INSERT INTO heavy SELECT n, repeat(md5(n::text), 100000) FROM generate_series(1, 3) n;
CREATE TABLE rows_of_every_length (t text);
INSERT INTO rows_of_every_length SELECT repeat('x', n) FROM generate_series(0, 400) n;
