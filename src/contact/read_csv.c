/*-------------------------------------------------------------------------
 *
 * read_csv.c
 *	  read_csv(file): the records of a CSV file on the server, for load_reference().
 *
 * RFC 4180, with the separator (comma, semicolon or tab) that the first line has most of;
 * UTF-8, with or without a byte order mark.  The file is read once, in linear time; memory
 * is that of one record.  Whoever calls it needs what COPY FROM a file needs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define MAX_RECORD (1024 * 1024)
#define MAX_FIELDS 1000

typedef struct Reader
{
	const char *name;
	FILE	   *file;
	int64		line;			/* that is being read */
	char		separator;
	StringInfoData record;		/* its fields, each ended by a zero byte */
	int			nfields;
	int64		begun;			/* the line at which the record begins */
} Reader;

static void
refuse(const Reader *reader, int64 line, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
			 errmsg("file \"%s\", line %lld: %s", reader->name, (long long) line, problem)));
}

static void
open_file(Reader *reader)
{
	struct stat status;

	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser or have privileges of the pg_read_server_files role to read a file of the server")));
	if (!is_absolute_path(reader->name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("the name of file \"%s\" is no absolute path", reader->name)));
	reader->file = AllocateFile(reader->name, PG_BINARY_R);
	if (reader->file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\" for reading: %m", reader->name)));
	if (fstat(fileno(reader->file), &status) != 0 || !S_ISREG(status.st_mode))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no regular file", reader->name)));
}

/* Chooses the separator from the first line, and goes back to its beginning. */
static void
choose_separator(Reader *reader)
{
	int			semicolons = 0;
	int			commas = 0;
	int			tabs = 0;
	int			c;

	for (int n = 0; n < MAX_RECORD && (c = getc(reader->file)) != EOF && c != '\n'; n++)
	{
		semicolons += c == ';';
		commas += c == ',';
		tabs += c == '\t';
	}
	reader->separator = semicolons >= commas && semicolons >= tabs ? ';' : tabs >= commas ? '\t' : ',';
	rewind(reader->file);
	if (getc(reader->file) != 0xEF || getc(reader->file) != 0xBB || getc(reader->file) != 0xBF)
		rewind(reader->file);
}

static void
put_byte(Reader *reader, int c)
{
	if (reader->record.len >= MAX_RECORD)
		refuse(reader, reader->begun, "the record is longer than 1 MB");
	if (c == '\0')
		refuse(reader, reader->line, "a zero byte");
	appendStringInfoChar(&reader->record, (char) c);
}

/* What follows the opening quote of a field, up to the closing one. */
static void
read_quoted(Reader *reader)
{
	int64		opened = reader->line;
	int			c;

	while ((c = getc(reader->file)) != EOF)
	{
		if (c == '"')
		{
			c = getc(reader->file);
			if (c != '"')
			{
				ungetc(c, reader->file);
				return;
			}
		}
		if (c == '\n')
			reader->line++;
		put_byte(reader, c);
	}
	refuse(reader, opened, "a quote is not closed");
}

static void
end_field(Reader *reader)
{
	if (++reader->nfields > MAX_FIELDS)
		refuse(reader, reader->begun, "more than 1000 fields");
	appendStringInfoChar(&reader->record, '\0');
}

/* The next record; false at the end of the file. */
static bool
read_record(Reader *reader)
{
	int			c;
	bool		empty = true;	/* the field so far */

	resetStringInfo(&reader->record);
	reader->nfields = 0;
	reader->begun = reader->line;
	while ((c = getc(reader->file)) != EOF && c != '\n')
	{
		if (c == reader->separator)
		{
			end_field(reader);
			empty = true;
			continue;
		}
		if (c == '\r')
		{
			int			next = getc(reader->file);

			ungetc(next, reader->file);
			if (next == '\n' || next == EOF)
				continue;
		}
		if (c == '"' && empty)
			read_quoted(reader);
		else
			put_byte(reader, c);
		empty = false;
	}
	if (ferror(reader->file))
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", reader->name)));
	reader->line++;
	if (c == EOF && reader->nfields == 0 && reader->record.len == 0)
		return false;
	end_field(reader);
	return true;
}

static Datum
record_fields(Reader *reader)
{
	Datum	   *fields = palloc(sizeof(Datum) * reader->nfields);
	char	   *p = reader->record.data;

	for (int i = 0; i < reader->nfields; i++)
	{
		if (!pg_verify_mbstr(PG_UTF8, p, strlen(p), true))
			ereport(ERROR,
					(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
					 errmsg("file \"%s\", line %lld: not UTF-8", reader->name, (long long) reader->begun),
					 errhint("Convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8.")));
		fields[i] = CStringGetTextDatum(p);
		p += strlen(p) + 1;
	}
	return PointerGetDatum(construct_array(fields, reader->nfields, TEXTOID, -1, false, TYPALIGN_INT));
}

PG_FUNCTION_INFO_V1(read_csv);
Datum
read_csv(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Reader		reader = {.name = text_to_cstring(PG_GETARG_TEXT_PP(0)), .line = 1};
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "dropcontact record", ALLOCSET_DEFAULT_SIZES);

	open_file(&reader);
	InitMaterializedSRF(fcinfo, 0);
	initStringInfo(&reader.record);
	choose_separator(&reader);
	while (read_record(&reader))
	{
		MemoryContext old = MemoryContextSwitchTo(row);
		Datum		values[2];
		bool		nulls[2] = {0};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(reader.begun);
		values[1] = record_fields(&reader);
		/* a blank line is no record */
		if (reader.nfields > 1 || reader.record.len > 1)
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row);
	}
	FreeFile(reader.file);
	return (Datum) 0;
}
