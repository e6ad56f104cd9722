/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Rows of a query handed over one by one where the executor finds them.
 *
 * Privileges, row-level security and every kind of table are the executor's business, as with any query; what
 * is not kept is not copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/params.h"
#include "tcop/dest.h"

#include "match/table/rows.h"

typedef struct Receiver
{
	DestReceiver pub;
	DcRowCallback callback;
	void	   *state;
} Receiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *receiver = (Receiver *) self;

	slot_getallattrs(slot);
	receiver->callback(receiver->state, slot->tts_values, slot->tts_isnull);
	return true;
}

static void
start_rows(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
end_rows(DestReceiver *self)
{
}

void
dc_each_row(SPIPlanPtr plan, int nargs, const Oid *types, const Datum *args, DcRowCallback callback, void *state)
{
	Receiver	receiver = {
		.pub = {.receiveSlot = receive_row, .rStartup = start_rows, .rShutdown = end_rows, .rDestroy = end_rows, .mydest = DestNone},
		.callback = callback,
		.state = state,
	};
	SPIExecuteOptions options = {.params = makeParamList(nargs), .read_only = true, .dest = &receiver.pub};
	int			result;

	for (int i = 0; i < nargs; i++)
		options.params->params[i] = (ParamExternData) {.value = args[i], .pflags = PARAM_FLAG_CONST, .ptype = types[i]};
	result = SPI_execute_plan_extended(plan, &options);
	if (result < 0)
		elog(ERROR, "could not read the rows of a query: %s", SPI_result_code_string(result));
}
