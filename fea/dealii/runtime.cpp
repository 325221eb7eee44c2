#include "fea/dealii/runtime.h"

#include "core/processes.h"
#include "core/threads.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>
#include <deal.II/lac/trilinos_vector.h>
#include <deal.II/lac/vector_memory.h>

#include <cstdlib>
#include <memory>
#include <mutex>

namespace spongiosa::fea {

namespace {

// Finalizes MPI when the process ends. Trilinos keeps communicators alive, so MPI can be neither started twice nor stopped early.
struct MpiSession {
  MpiSession() {
    // A process without mpirun is a singleton: it must start no daemon and open no network connection.
    if (launched_processes() <= 1) {
      setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
      setenv("OMPI_MCA_btl", "self", 0);
    }
    // MPI's hardware survey would look for graphics cards on every X display from :0 on.
    setenv("HWLOC_COMPONENTS", "-gl,-opencl", 0);
    // MPI_InitFinalize empties the pool of solver vectors when it ends; the pool must have been made before it to outlive it.
    const dealii::GrowingVectorMemory<dealii::TrilinosWrappers::MPI::Vector> make_pool;
    static int argument_count = 0;
    static char** arguments = nullptr;
    session = std::make_unique<dealii::Utilities::MPI::MPI_InitFinalize>(argument_count, arguments, unsigned(thread_count()));
  }
  std::unique_ptr<dealii::Utilities::MPI::MPI_InitFinalize> session;
};

}  // namespace

void start_dealii() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (!dealii::Utilities::MPI::job_supports_mpi()) static MpiSession session;
  dealii::MultithreadInfo::set_thread_limit(unsigned(thread_count()));
}

}  // namespace spongiosa::fea
