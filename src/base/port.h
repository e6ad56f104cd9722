/*-------------------------------------------------------------------------
 *
 * port.h
 *	  What every C file includes first.
 *
 * base/, normalize/ and the core of match/ build in two ways: inside the server,
 * and (-DFRONTEND) without one, for fuzzing and C tests.  They may use palloc,
 * StringInfo and the C types, never elog, fmgr or SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_BASE_PORT_H
#define DC_BASE_PORT_H

#ifdef FRONTEND
#include "postgres_fe.h"
#include "common/fe_memutils.h"
#define CHECK_FOR_INTERRUPTS() ((void) 0)
#else
#include "postgres.h"
#include "miscadmin.h"
#endif

#include "lib/stringinfo.h"

#ifdef FRONTEND
/* Without a server there is one memory context, which goes with the process. */
typedef void *MemoryContext;
#define CurrentMemoryContext ((MemoryContext) NULL)
#define ALLOCSET_START_SMALL_SIZES 0, 0, 0
#define AllocSetContextCreate(parent, name, ...) (parent)
#define MemoryContextAllocExtended(context, size, flags) ((void) (context), pg_malloc_extended(size, flags))
#define MemoryContextAllocHuge(context, size) ((void) (context), pg_malloc(size))
#define repalloc_huge(pointer, size) pg_realloc(pointer, size)
#endif

/* Asks for memory that is read soon. */
#if defined(__GNUC__) || defined(__clang__)
#define dc_prefetch(address) __builtin_prefetch(address)
#else
#define dc_prefetch(address) ((void) (address))
#endif

#endif							/* DC_BASE_PORT_H */
