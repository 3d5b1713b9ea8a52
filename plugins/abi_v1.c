/* abi_v1.c - the frozen shape of ABI 1.0 on 64-bit machines. A change that
 * breaks a line here breaks every plugin out there: raise AULA_ABI_MAJOR.
 */
#include "plugins/aula_plugin.h"

#if UINTPTR_MAX == UINT64_MAX
#define AT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field)

AT(aula_plugin, size, 4);
AT(aula_plugin, name, 8);
AT(aula_plugin, layout, 24);
AT(aula_plugin, recorder, 32);
AT(aula_source, talk_rank, 12);
AT(aula_source, owner, 20);
AT(aula_layout_in, sources, 8);
AT(aula_layout_in, params, 24);
AT(aula_cell, flags, 12);
AT(aula_layout_out, put, 8);
AT(aula_layout_ops, arrange, 8);
AT(aula_track, config, 32);
AT(aula_packet, data, 32);
AT(aula_recorder_ops, close, 32);
AT(aula_recorder_ops, finish, 40);
AT(aula_finished, duration_us, 8);
AT(aula_finished, bytes, 16);
/* what 1.1 added begins where 1.0 ended */
AT(aula_plugin, params, 40);
AT(aula_layout_in, last, 32);
AT(aula_cell, text, 16);
AT(aula_layout_out, mark, 16);
/* and what 1.2 added where 1.1 ended */
AT(aula_recorder_ops, flags, 48);
AT(aula_recorder_ops, join, 80);
AT(aula_start, target, 32);
AT(aula_piece, at_us, 16);
/* and what 1.3 added where 1.2 ended */
AT(aula_track, owner, 48);
AT(aula_track, from, 64);
AT(aula_recorder_ops, track, 88);
AT(aula_recorder_ops, track_end, 96);
#endif

/* ISO C wants at least one declaration with linkage in a file */
extern const int abi_v1_is_checked;
const int abi_v1_is_checked = 1;
