// GNU extensions of glibc (2.34 and later) that Swift's Glibc module leaves out.
#ifndef WAYBILL_CSPAWN_SHIM_H
#define WAYBILL_CSPAWN_SHIM_H

#include <spawn.h>

// <spawn.h>: begin a new session in the child.
enum { WAYBILL_SPAWN_SETSID = 0x80 };
// <sys/mman.h>
enum { WAYBILL_MFD_CLOEXEC = 1 };

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int memfd_create(const char *name, unsigned int flags);

#endif
