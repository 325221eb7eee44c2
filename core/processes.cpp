#include "core/processes.h"

#include "core/module.h"

#include <atomic>
#include <cstdlib>

namespace spongiosa {

namespace {

std::atomic<bool> started = false;

/// Open MPI's launcher, and that of MPICH and its relatives.
int of_environment(const char* open_mpi, const char* pmi, int otherwise) {
  for (const char* name : {open_mpi, pmi})
    if (const char* text = std::getenv(name)) return std::atoi(text);
  return otherwise;
}

}  // namespace

int launched_rank() { return of_environment("OMPI_COMM_WORLD_RANK", "PMI_RANK", 0); }
int launched_processes() { return of_environment("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", 1); }

bool processes_started() { return started; }

Processes* processes() {
  if (launched_processes() <= 1) return nullptr;
  started = true;
  static Processes* const all = module_function<Processes*()>("fea", "spongiosa_fea_processes")();
  return all;
}

}  // namespace spongiosa
