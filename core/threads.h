#pragma once
/// One thread limit for everything in the process that uses TBB.

namespace spongiosa {

/// @param count 1 or more; 0 means all cores of the machine.
void set_thread_count(int count);
int thread_count();

}  // namespace spongiosa
