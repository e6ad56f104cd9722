/* attach.sql: keeps contacts in step with a table of the user */
