-- a database that is not in UTF8 is refused
CREATE DATABASE regress_latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\set regression :DBNAME
\c regress_latin1
\set SHOW_CONTEXT never
CREATE EXTENSION dropcontact;
SELECT nspname FROM pg_namespace WHERE nspname = 'dropcontact';
\c :regression
DROP DATABASE regress_latin1;
