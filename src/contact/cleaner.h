/*-------------------------------------------------------------------------
 *
 * cleaner.h
 *	  The state of the trigger that cleans rows of contact, and the steps that it is made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_CLEANER_H
#define DC_CLEANER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#include "contact/clean.h"
#include "duty/duty.h"

/* Whether duty/ is asked; test/bench/guard compiles a library without, to measure what it costs. */
#ifdef DC_WITHOUT_GUARD
#define GUARDED false
#else
#define GUARDED true
#endif

/* text[] columns */
enum
{
	L_OTHER_EMAILS, L_OTHER_PHONES, L_COUNT
};

extern const char *const dc_list_names[L_COUNT];

typedef struct Source
{
	int			id;
	char	   *name;
	char	   *region;
	bool		noted;			/* the run knows of it */
	char	   *relation;		/* of contacts that do not tell theirs; may be NULL */
	DcSourceTerms terms;
} Source;

typedef struct Cleaner
{
	MemoryContext statement;	/* lives as long as this */
	MemoryContext row;			/* reset after each row */
	Oid			relation;
	int64		rows;			/* seen so far */
	int			controller_id;	/* 0: not asked yet */
	int			run_of;			/* the controller whose run counts the rows; 0: none yet */
	int64	   *counter;		/* its contacts */
	const char *purpose;		/* of that run */
	bool		bound;			/* the controller is under an agreement */
	int			covered_of;		/* the controller whose covered attributes are read; 0: none yet */
	int			ncovered;
	char	  **covered;
	int			sources_of;		/* the controller whose sources are read; 0: none yet */
	int			nsources;
	Source	   *sources;
	int			field[F_COUNT]; /* column numbers */
	int			list[L_COUNT];
	int			column_id;
	int			column_controller;
	int			column_source;
	int			column_external_id;
	int			column_attributes;
	int			column_received_at;
	int			column_received;
	int			column_problems;
	int			column_cleaned_by;
} Cleaner;

/* A JSON object under construction; NULL: no key yet. */
typedef JsonbParseState *Object;

/* A row on its way through the trigger. */
typedef struct Row
{
	Datum	   *values;			/* of all columns */
	bool	   *nulls;
	Datum	   *old_values;		/* of the row before; for an INSERT all are null */
	bool	   *old_nulls;
	Jsonb	   *old_received;	/* NULL: none */
	Jsonb	   *old_problems;
	const char *came[F_COUNT];	/* what the statement gives */
	DcContactRow clean;
	Object		received;
	Object		problems;
} Row;

/* What is noted of a row; see clean_notes.c */
extern void dc_note_string(Object *object, const char *key, const char *s);
extern void dc_note_entry(Object *object, const char *key, JsonbValue *entry);
extern void dc_finish_notes(Object object, Datum *value, bool *isnull);
extern JsonbValue *dc_old_note(Jsonb *object, const char *key);
extern void dc_note_list(Object *object, const char *key, ArrayType *list);
extern void dc_keep_note(Object *object, Jsonb *old, const char *key);

/* Text fields; see clean_fields.c */
extern void dc_read_fields(Cleaner *cleaner, Row *row, bool is_update);
extern void dc_clean_fields(Cleaner *cleaner, Row *row);
extern void dc_restore_received(Cleaner *cleaner, Row *row);

/* Lists; see clean_list.c */
extern void dc_clean_lists(Cleaner *cleaner, Row *row, bool is_update);
extern void dc_restore_list(Row *row, int column, JsonbValue *original);
extern int	dc_list_members(const Row *row, int column, const char **members);

/* Controller, run and source; see clean_origin.c */
extern const Source *dc_set_origin(Cleaner *cleaner, Row *row);
extern void dc_take_relation(const Cleaner *cleaner, const Source *source, Row *row);

/* Whether a row may come in; see clean_admit.c */
extern bool dc_is_kept_out(Cleaner *cleaner, const Source *source, const Row *row, bool is_update);
extern bool dc_comes_back(Cleaner *cleaner, HeapTuple tuple, TupleDesc desc);

#endif							/* DC_CLEANER_H */
