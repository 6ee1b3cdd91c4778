-- A small shop to try things on, with a role that owns it and may do nothing elsewhere.
\set password `cat /run/secrets/demo-password`
CREATE ROLE demo LOGIN PASSWORD :'password';
CREATE DATABASE demo OWNER demo;
\connect demo
SET ROLE demo;
\i /demo/demo.sql
