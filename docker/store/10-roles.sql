-- Lockkeeper's own database with its two roles: the owner changes the schema when Lockkeeper starts, the serving role reads and
-- writes rows and may change nothing else. What it may do with which table is granted by the owner, after every migration.
\set owner_password `cat /run/secrets/store-owner-password`
\set serving_password `cat /run/secrets/store-password`
CREATE ROLE lockkeeper_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE lockkeeper LOGIN PASSWORD :'serving_password';
CREATE DATABASE lockkeeper OWNER lockkeeper_owner;
REVOKE ALL ON DATABASE lockkeeper FROM PUBLIC;
GRANT CONNECT ON DATABASE lockkeeper TO lockkeeper;
