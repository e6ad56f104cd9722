-- gender: what a first name tells, and where
\pset null -
SELECT n AS first_name, dropcontact.gender(n) AS gender FROM unnest(ARRAY['Jean', 'JEAN-PIERRE', 'Jean-Marie', 'Marie-Jean', 'Anne Laure', 'Zoé', 'Søren', 'Łucja', 'O''Shea', 'Bob', 'Kev', 'J. Edgar', 'Dominique', 'Camille', 'Mohammed', 'Ayşe', 'Sanjay', 'Keiko', 'Yael',
	'Xqzt', '', ' ', 'J.', '12', '李', repeat('Jean ', 1000)]) WITH ORDINALITY u(n, i) ORDER BY i LIMIT 25;
-- by country
SELECT n AS first_name, dropcontact.gender(n) AS anywhere, dropcontact.gender(n, 'FR') AS fr, dropcontact.gender(n, 'IT') AS it, dropcontact.gender(n, 'DE') AS de, dropcontact.gender(n, 'US') AS us, dropcontact.gender(n, 'es') AS small
FROM unnest(ARRAY['Andrea', 'Nicola', 'Simone', 'Jean', 'Laurence', 'Joan', 'Sascha', 'Kim', 'Michele', 'Robin', 'Nikita', 'Ali', 'Leslie']) WITH ORDINALITY u(n, i) ORDER BY i;
-- an unknown country changes nothing; NULL is NULL
SELECT dropcontact.gender('Andrea', 'ZZ'), dropcontact.gender('Andrea', ''), dropcontact.gender('Andrea', 'Italy'), dropcontact.gender(NULL), dropcontact.gender(NULL, 'FR');
SELECT n AS first_name, dropcontact.gender(n, 'FR') AS fr FROM unnest(ARRAY['Marie', 'Marie-Claude', 'Marie-Pierre', 'Jean-Marie', 'Elia']) n;
-- names of Europe's other countries
SELECT n, dropcontact.gender(n) FROM unnest('{Päivi,Jukka,Solveig,Kjetil,Agnieszka,Zbigniew,Vlastimil,Jitka,Csilla,Zsolt,Ileana,Laurențiu,Desislava,Krasimir,Panagiotis,Despoina,Snježana,Zvonimir,Nijolė,Mindaugas,Ilze,Guntis,Priit,Tiiu,Gráinne,Tadhg,Angharad,Llŷr,Ruaraidh,Meritxell,Jordi,Ainhoa,Eneko,Oleksandr,Svitlana,Maaike,Sjoerd,Gülşen,Tolga}'::text[]) n;
SELECT dropcontact.gender('Mª Carmen', 'ES'), dropcontact.gender('Mª'), dropcontact.gender('M');
