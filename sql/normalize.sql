-- NULL in gives NULL out; nothing raises an error
SELECT dropcontact.normalize_email(NULL) IS NULL, dropcontact.parse_name(NULL) IS NULL, dropcontact.name_key(NULL) IS NULL;
SELECT dropcontact.name_key(x) FROM (VALUES ('Jean-Pierre  MÜLLER'), ('O''Neil'), ('Łukasz'), ('Straße'), (E'\u200bZoé\u00a0Ñ'), ('Ελένη'), ('')) v(x);
