-- Values that are easily changed on their way.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'hap''py');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE DOMAIN percentage AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN not_empty AS text NOT NULL DEFAULT 'x' CONSTRAINT says_something CHECK (VALUE <> '');
CREATE COLLATION posix (locale = 'C');
CREATE TABLE floats (id int, f4 real, f8 double precision, n numeric);
INSERT INTO floats VALUES (1, 'NaN', 'NaN', 'NaN'), (2, 'Infinity', '-Infinity', 'Infinity'), (3, '-0', '-0', '-0.00'), (4, 1e-45, 4.9e-324, 1.10),
  (5, 0.1, 0.1, 1.1), (6, 3.4028235e38, 1.7976931348623157e308, 1e-300), (7, NULL, NULL, NULL);
CREATE TABLE times (id int, ts timestamptz, t timestamp, d date, tt timetz, i interval);
INSERT INTO times VALUES (1, 'infinity', '-infinity', 'infinity', '12:00+02', '1 year 2 mons -3 days 04:05:06.789'), (2, '1890-01-01 00:00:00+00', '4713-01-01 BC', '0044-03-15 BC',
  '23:59:60-12', '-00:00:00.000001'), (3, '2024-03-31 02:30:00+01', '294276-12-31', '5874897-12-31', '00:00+00', '0'), (4, now(), now(), now(), now(), '178000000 years');
CREATE TABLE texts (id int, t text, c char(10), v varchar(5), cc text COLLATE posix, m mood, p percentage, n not_empty);
INSERT INTO texts VALUES (1, E'\\.', E'\\.', E'\\N', E'\\t', 'sad', 0.00, 'x'), (2, '', '', '', '', 'ok', 100, 'y'), (3, NULL, NULL, NULL, NULL, NULL, NULL, 'z'),
  (4, E'\r\n', E'\t', E'\\r\\n', E'\x7f', 'hap''py', 12.340, E'\n'), (5, repeat('long ', 100000), 'x', 'y', 'z', 'ok', 1, '1'), (6, 'ﬀ ß ẞ İ ı', 'é', 'é', 'e', 'ok', 2, '🐘');
CREATE TABLE bytes (id int, b bytea, bb bit(5), vb bit varying);
INSERT INTO bytes VALUES (1, '\x00ff5c2e0a', B'10101', B''), (2, '', B'00000', B'1'), (3, NULL, NULL, NULL), (4, decode(repeat('5c2e0a', 50000), 'hex'), B'11111', B'101');
CREATE TABLE composed (id int, a int[], aa text[][], p pair, pp pair[], r span, mr int4multirange, j json, jb jsonb, x xml, h tsvector, u uuid, ip inet, mac macaddr, m money, pt point, poly polygon);
INSERT INTO composed VALUES (1, '[5:7]={1,NULL,3}', '{{a,"b\"c"},{NULL,"NULL"}}', ROW(1, 'x,y"z'), ARRAY[ROW(NULL, '')::pair], '[1.5,)', '{[1,3),[5,8)}', '{"b" : 1, "a":  [1,2 ], "a":null}', '{"b":1,"a":1.10}',
  '<a b="c">&lt;</a>', to_tsvector('simple', 'it''s a \ test'), '00000000-0000-0000-0000-000000000001', '::1/64', '08:00:2b:01:02:03', 12.34, '(1.5,-0)', '((0,0),(1,1),(1,0))'),
  (2, '{}', '{}', NULL, '{}', 'empty', '{}', 'null', 'null', NULL, '', NULL, '10.0.0.0/8', NULL, -1, NULL, NULL);
CREATE TABLE duplicates (a text, b int);
INSERT INTO duplicates VALUES ('same', 1), ('same', 1), ('same', 1), ('other', 2), ('other', 2), ('single', 3);
