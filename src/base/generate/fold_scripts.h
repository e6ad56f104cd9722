/*-------------------------------------------------------------------------
 *
 * fold_scripts.h
 *	  Writes the tables of scripts whose letters depend on their neighbours, for fold_table.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DC_FOLD_SCRIPTS_H
#define DC_FOLD_SCRIPTS_H

extern void dc_write_han(void);
extern void dc_write_hangul(void);
extern void dc_write_greek(void);

#endif							/* DC_FOLD_SCRIPTS_H */
